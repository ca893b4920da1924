//! Panics of checks, caught with their message and place.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::Outcome;

thread_local! {
    /// Whether this thread checks an input.
    static CHECKS: Cell<bool> = const { Cell::new(false) };
    static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

static HOOK: Once = Once::new();

/// Panics of threads that check are kept instead of printed.
fn keep_messages() {
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            if CHECKS.get() {
                let text = info.payload_as_str().unwrap_or("a panic without words");
                let place = info.location().map_or_else(String::new, |at| format!(" ({at})"));
                MESSAGE.set(format!("{text}{place}"));
            } else {
                usual(info);
            }
        }));
    });
}

/// What became of an input, or how the check panicked.
pub(crate) fn checked(check: fn(&[u8]) -> Outcome, input: &[u8]) -> Result<Outcome, String> {
    keep_messages();
    CHECKS.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(|| check(input)));
    CHECKS.set(false);
    outcome.map_err(|_| MESSAGE.take())
}
