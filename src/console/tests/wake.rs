//! The loop hears every key, even from a stream that keeps the waker of the first poll that found nothing, as the
//! terminal's does.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::Stream;

use super::*;
use crate::console::app;

#[derive(Default)]
struct Line {
    keys: VecDeque<Message>,
    waker: Option<Waker>,
}

/// A stream that another thread puts keys into.
#[derive(Clone, Default)]
struct Keyboard(Arc<(Mutex<Line>, Condvar)>);

impl Keyboard {
    /// Waits until somebody listens, then presses a key and wakes the one who listened first.
    fn press(&self, key: &str) {
        let (line, listened) = &*self.0;
        let guard = line.lock().expect("the line");
        let mut guard = listened.wait_while(guard, |line| line.waker.is_none()).expect("the line");
        guard.keys.push_back(Message::Key(key.parse().expect("a key")));
        if let Some(waker) = guard.waker.take() {
            waker.wake();
        }
    }
}

impl Stream for Keyboard {
    type Item = Message;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Message>> {
        let (line, listened) = &*self.0;
        let mut line = line.lock().expect("the line");
        if let Some(key) = line.keys.pop_front() {
            return Poll::Ready(Some(key));
        }
        line.waker.get_or_insert_with(|| context.waker().clone());
        listened.notify_all();
        Poll::Pending
    }
}

#[test]
fn no_key_waits_for_something_else_to_happen() {
    let keyboard = Keyboard::default();
    let hands = keyboard.clone();
    let typing = std::thread::spawn(move || {
        for key in ["j", "k", "?", "esc", "q"] {
            hands.press(key);
        }
    });
    let mut model = model(SMALL);
    let mut keyboard = keyboard;
    let (mut terminal, mut outside, mut messages) = ground(&model);
    let theme = theme("dark");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let ended = runtime.block_on(async {
        let running = app::run(&mut model, &theme, &mut terminal, &mut keyboard, &mut messages, &mut outside);
        // Only so that a lost key fails the test instead of hanging it.
        tokio::time::timeout(Duration::from_secs(60), running).await
    });
    assert_eq!(ended.expect("every key was heard").expect("the loop runs"), Ending::Quit);
    typing.join().expect("the hands");
}
