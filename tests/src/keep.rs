//! Holding on to something until a test ends.

use std::{any::Any, cell::RefCell};

thread_local! {
    static KEPT: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Drops `value` when the calling thread ends. Each test has a thread of its own, so this is for
/// what a test needs to the end and nobody can hold for it: the directory below a store.
pub fn keep<T: 'static>(value: T) {
    KEPT.with_borrow_mut(|kept| kept.push(Box::new(value)));
}
