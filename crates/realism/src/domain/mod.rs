//! Whether it is oil and gas.
//!
//! | module | asks |
//! |---|---|
//! | [`tax`], [`statute`] | severance tax against statute, by a table of its own |
//! | [`price`] | realised prices against the market |
//! | [`cost`] | lease operating expense and depletion a BOE |
//! | [`lag`] | months between production and booking |
//! | [`wells`] | numbers, decks, decline |

pub(crate) mod cost;
pub(crate) mod lag;
pub(crate) mod price;
pub(crate) mod statute;
pub(crate) mod tax;
pub(crate) mod wells;
