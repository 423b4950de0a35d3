//! Account codes as numbers.

/// `NNN.SSS` as the number `NNNSSS`. What is no such code is account 0, which no chart has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Account(u32);

impl Account {
    pub(crate) fn of(code: &str) -> Self {
        let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() == 3);
        let parts = code.split_once('.').and_then(|(natural, sub)| Some((number(natural)?, number(sub)?)));
        parts.map_or(Self(0), |(natural, sub)| Self(natural * 1_000 + sub))
    }

    /// The digits before the point.
    pub(crate) fn natural(self) -> u32 {
        self.0 / 1_000
    }

    /// The digits behind it.
    pub(crate) fn sub(self) -> u32 {
        self.0 % 1_000
    }
}

impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:03}.{:03}", self.natural(), self.sub())
    }
}
