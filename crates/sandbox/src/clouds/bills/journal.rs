//! Journal of the invoices' sums, noted while charges are made.

use std::collections::BTreeMap;

use model::{Instant, Month};

use super::Invoice;
use super::money::Atto;

/// What an invoice is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Of {
    provider: &'static str,
    account: String,
    month: Month,
    currency: String,
}

/// Sums of charges and credits by invoice and by the instant at which they become known.
#[derive(Default)]
pub(crate) struct Journal {
    sums: BTreeMap<Of, BTreeMap<Instant, (Atto, Atto)>>,
}

impl Journal {
    /// Notes a charge and the credits against it.
    pub(crate) fn note(
        &mut self,
        (provider, account, month, currency): (&'static str, &str, Month, &str),
        known_at: Instant,
        gross: Atto,
        credits: Atto,
    ) {
        let of = Of { provider, account: account.to_owned(), month, currency: currency.to_owned() };
        let sum = self.sums.entry(of).or_default().entry(known_at).or_default();
        sum.0 += gross;
        sum.1 += credits;
    }

    /// What was noted of one invoice so far, before credits.
    pub(crate) fn gross(&self, provider: &'static str, account: &str, month: Month, currency: &str) -> Atto {
        self.sum(provider, account, month, currency).0
    }

    /// What was noted of one invoice so far, after credits.
    pub(crate) fn net(&self, provider: &'static str, account: &str, month: Month, currency: &str) -> Atto {
        let (gross, credits) = self.sum(provider, account, month, currency);
        gross + credits
    }

    fn sum(&self, provider: &'static str, account: &str, month: Month, currency: &str) -> (Atto, Atto) {
        let of = Of { provider, account: account.to_owned(), month, currency: currency.to_owned() };
        let sums = self.sums.get(&of).into_iter().flat_map(BTreeMap::values);
        sums.fold((Atto::default(), Atto::default()), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }

    /// All invoices of what is known at an instant.
    pub(crate) fn invoices(&self, at: Instant) -> Vec<Invoice> {
        let known = self.sums.iter().filter_map(|(of, sums)| {
            let mut known = sums.range(..=at).peekable();
            known.peek()?;
            let nothing = (Atto::default(), Atto::default());
            let (gross, credits) = known.fold(nothing, |sum, (_, one)| (sum.0 + one.0, sum.1 + one.1));
            Some(Invoice {
                provider: of.provider,
                account: of.account.clone(),
                month: of.month,
                currency: of.currency.clone(),
                gross: gross.amount(),
                credits: credits.amount(),
                net: (gross + credits).amount(),
            })
        });
        known.collect()
    }
}
