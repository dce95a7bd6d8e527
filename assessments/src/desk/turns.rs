//! Searches take turns: as many run at a time as there are cores, in the order in which they came, on threads of their
//! own. A thread that has answered takes the next search itself; waking another one for each would leave the core idle
//! for as long as a small search takes.

use crate::failure::Failure;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

static QUEUE: LazyLock<Sender<Job>> =
    LazyLock::new(|| start(std::thread::available_parallelism().map_or(2, usize::from)));

/// Starts so many threads; what is sent to them is done in that order.
fn start(threads: usize) -> Sender<Job> {
    let (sender, receiver) = channel::<Job>();
    let receiver = Arc::new(Mutex::new(receiver));
    for number in 0..threads {
        let receiver = receiver.clone();
        let started = std::thread::Builder::new().name(format!("search-{number}")).spawn(move || work(&receiver));
        if let Err(error) = started {
            tracing::error!(%error, "a thread for searching");
        }
    }
    sender
}

fn work(receiver: &Mutex<Receiver<Job>>) {
    loop {
        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            // A search that panics is answered with a fault, since its answer is dropped; the thread goes on.
            Ok(job) => drop(catch_unwind(AssertUnwindSafe(job))),
            Err(_) => return,
        }
    }
}

/// Does the work when it is its turn; not at all where nobody waits for it any more.
///
/// # Errors
/// [`Failure::Internal`] where the work panicked, or no thread could be started.
pub(super) async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    queue(&QUEUE, work).await
}

async fn queue<T: Send + 'static>(
    threads: &Sender<Job>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let fault = |what: &str| Failure::Internal { operation: format!("search thread: {what}") };
    let (answer, answered) = oneshot::channel();
    let job = Box::new(move || {
        if !answer.is_closed() {
            // The asker may be gone by now.
            let _ = answer.send(work());
        }
    });
    threads.send(job).map_err(|_| fault("none"))?;
    answered.await.map_err(|_| fault("panicked"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::sync_channel;

    #[tokio::test]
    async fn searches_are_done_in_the_order_in_which_they_came() {
        let threads = start(1);
        let (free, blocked) = sync_channel::<()>(0);
        let order = Arc::new(Mutex::new(Vec::new()));
        let first = queue(&threads, move || blocked.recv().unwrap());
        let note = |n: usize| {
            let order = order.clone();
            queue(&threads, move || order.lock().unwrap().push(n))
        };
        let release = async { free.send(()).unwrap() };
        let (a, b, c, d, ()) = tokio::join!(first, note(1), note(2), note(3), release);
        assert!([a, b, c, d].iter().all(Result::is_ok));
        assert_eq!(*order.lock().unwrap(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn no_more_run_at_a_time_than_there_are_threads() {
        let threads = start(2);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let all: Vec<_> = (0..20)
            .map(|_| {
                let (now, most, threads) = (now.clone(), most.clone(), threads.clone());
                tokio::spawn(async move {
                    queue(&threads, move || {
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::sleep(std::time::Duration::from_millis(2));
                        now.fetch_sub(1, Ordering::SeqCst);
                    })
                    .await
                })
            })
            .collect();
        for one in all {
            one.await.unwrap().unwrap();
        }
        assert!(most.load(Ordering::SeqCst) <= 2);
    }

    #[tokio::test]
    async fn a_panic_is_a_fault_of_one_search_and_who_left_is_not_searched_for() {
        let threads = start(1);
        let fault = queue(&threads, || -> usize { panic!("on purpose") }).await;
        assert!(matches!(fault, Err(Failure::Internal { .. })), "{fault:?}");
        let (free, blocked) = sync_channel::<()>(0);
        let first = queue(&threads, move || blocked.recv().unwrap());
        let done = Arc::new(AtomicUsize::new(0));
        let seen = done.clone();
        let left = async {
            let gone = queue(&threads, move || seen.fetch_add(1, Ordering::SeqCst));
            // Asked, and given up before its turn.
            assert!(tokio::time::timeout(std::time::Duration::ZERO, gone).await.is_err());
            free.send(()).unwrap();
        };
        let (first, ()) = tokio::join!(first, left);
        first.unwrap();
        assert_eq!(queue(&threads, || 7).await.unwrap(), 7);
        assert_eq!(done.load(Ordering::SeqCst), 0);
    }
}
