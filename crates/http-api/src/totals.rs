//! Memory of what monitoring systems were told.

use std::fmt::Debug;

use model::series::Family;

/// Whoever remembers what was told of totals: what fell since is raised, since a total that falls would count as one that
/// began anew. Called on a thread that may wait, one at a time for each snapshot.
pub trait Totals: Debug + Send + Sync {
    /// The families as they are to be told.
    fn keep(&self, families: Vec<Family>) -> Vec<Family>;
}
