//! Whether it is oil and gas.
//!
//! | module | asks |
//! |---|---|
//! | [`tax`] | severance tax against statute |
//! | [`price`] | realised prices against the market |
//! | [`cost`] | lease operating expense and depletion a BOE |
//! | [`lag`] | months between production and booking |
//! | [`wells`] | numbers, decks, decline |

pub(crate) mod cost;
pub(crate) mod lag;
pub(crate) mod price;
pub(crate) mod tax;
pub(crate) mod wells;
