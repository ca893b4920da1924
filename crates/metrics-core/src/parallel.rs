//! Independent work on all cores. Results do not depend on which thread did what.

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

/// Workers that [`map`] uses: as many as there are cores.
pub(crate) fn workers() -> usize {
    rayon::current_num_threads()
}

/// Applies a function to each item; results in the items' order.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
    // Items are few and unequal: each may be taken alone.
    items.par_iter().with_max_len(1).map(work).collect()
}

/// Does two things at once.
pub(crate) fn both<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    rayon::join(one, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..1000).collect();
        let squares: Vec<u64> = items.iter().map(|item| item * item).collect();
        assert_eq!(map(&items, |item| item * item), squares);
        assert_eq!(map(&[] as &[u64], |item| *item), Vec::<u64>::new());
        assert_eq!(both(|| 1, || "two"), (1, "two"));
    }
}
