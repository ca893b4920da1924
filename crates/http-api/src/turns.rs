//! Turns: who may compute next. Clients take turns, however much each of them asks for.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::asker::Client;

/// Shares a few places among clients.
#[derive(Debug)]
pub(crate) struct Turns {
    state: Mutex<State>,
    most_waiting: usize,
}

#[derive(Debug)]
struct State {
    free: usize,
    /// Clients that wait, the next one first, each with its questions in the order in which they came.
    waiting: VecDeque<(Client, VecDeque<Waiting>)>,
}

type Waiting = oneshot::Sender<Turn>;

/// A place that is taken until this is dropped.
#[derive(Debug)]
pub(crate) struct Turn(Option<Arc<Turns>>);

/// Too much waits, and nobody has more waiting than this client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused;

impl Turns {
    /// So many at once, and so many that wait, of all clients together.
    pub(crate) fn new(places: usize, most_waiting: usize) -> Arc<Self> {
        let state = State { free: places, waiting: VecDeque::new() };
        Arc::new(Self { state: Mutex::new(state), most_waiting })
    }

    /// Waits for a turn. Whoever stops waiting has never asked.
    ///
    /// When too much waits, the client with most of it gives up what it asked last.
    pub(crate) async fn take(self: &Arc<Self>, client: &Client) -> Result<Turn, Refused> {
        let turn = {
            let mut state = self.lock();
            if state.free > 0 {
                state.free -= 1;
                return Ok(Turn(Some(Arc::clone(self))));
            }
            let (sender, turn) = oneshot::channel();
            state.push(client, sender);
            if state.count() > self.most_waiting {
                state.forget_those_who_left();
            }
            if state.count() > self.most_waiting {
                state.refuse_one(client);
            }
            turn
        };
        turn.await.map_err(|_| Refused)
    }

    /// A place is free again: for the next client that still waits.
    fn give_back(self: &Arc<Self>) {
        let mut state = self.lock();
        while let Some(next) = state.next() {
            match next.send(Turn(Some(Arc::clone(self)))) {
                Ok(()) => return,
                // It left. The place is given on here, not once more by the turn.
                Err(mut turn) => turn.0 = None,
            }
        }
        state.free += 1;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.give_back();
        }
    }
}

impl State {
    fn push(&mut self, client: &Client, waiting: Waiting) {
        match self.waiting.iter_mut().find(|(known, _)| known == client) {
            Some((_, questions)) => questions.push_back(waiting),
            None => self.waiting.push_back((client.clone(), VecDeque::from([waiting]))),
        }
    }

    /// The first question of the next client, which then is the last one.
    fn next(&mut self) -> Option<Waiting> {
        let (client, mut questions) = self.waiting.pop_front()?;
        let next = questions.pop_front();
        if !questions.is_empty() {
            self.waiting.push_back((client, questions));
        }
        next
    }

    fn count(&self) -> usize {
        self.waiting.iter().map(|(_, questions)| questions.len()).sum()
    }

    fn forget_those_who_left(&mut self) {
        for (_, questions) in &mut self.waiting {
            questions.retain(|waiting| !waiting.is_closed());
        }
        self.waiting.retain(|(_, questions)| !questions.is_empty());
    }

    /// The last question of the client with most of them is refused; of `newcomer`, where nobody has more.
    fn refuse_one(&mut self, newcomer: &Client) {
        let most = self.waiting.iter_mut().max_by_key(|(client, questions)| (questions.len(), client == newcomer));
        if let Some((_, questions)) = most {
            questions.pop_back();
        }
        self.waiting.retain(|(_, questions)| !questions.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use tokio::task::JoinHandle;

    use super::*;

    fn client(number: u8) -> Client {
        Client::at(IpAddr::from([192, 0, 2, number]))
    }

    /// Asks, and is known to wait when this ends. Gives the turn back at once and says who had it.
    async fn asked(turns: &Arc<Turns>, number: u8, order: &Arc<Mutex<Vec<u8>>>) -> JoinHandle<Result<(), Refused>> {
        let (turns, order) = (Arc::clone(turns), Arc::clone(order));
        let asking = tokio::spawn(async move {
            let turn = turns.take(&client(number)).await?;
            order.lock().expect("no panic").push(number);
            drop(turn);
            Ok(())
        });
        tokio::task::yield_now().await;
        asking
    }

    #[tokio::test]
    async fn clients_take_turns_however_much_each_asks_for() {
        let (turns, order) = (Turns::new(1, 100), Arc::default());
        let working = turns.take(&client(9)).await.expect("free");
        let mut asking = Vec::new();
        for number in [1, 1, 1, 1, 2, 2, 3] {
            asking.push(asked(&turns, number, &order).await);
        }
        drop(working);
        for asking in asking {
            assert_eq!(asking.await.expect("no panic"), Ok(()));
        }
        assert_eq!(*order.lock().expect("no panic"), [1, 2, 3, 1, 2, 1, 1]);
    }

    #[tokio::test]
    async fn when_too_much_waits_the_client_with_most_of_it_is_refused_its_last() {
        let (turns, order) = (Turns::new(1, 4), Arc::default());
        let working = turns.take(&client(9)).await.expect("free");
        let mut of_one = Vec::new();
        for _ in 0..5 {
            of_one.push(asked(&turns, 1, &order).await);
        }
        assert_eq!(of_one.pop().expect("asked").await.expect("no panic"), Err(Refused), "it alone has all");
        let other = asked(&turns, 2, &order).await;
        assert_eq!(of_one.pop().expect("asked").await.expect("no panic"), Err(Refused), "another one comes");
        drop(working);
        assert_eq!(other.await.expect("no panic"), Ok(()));
        for asking in of_one {
            assert_eq!(asking.await.expect("no panic"), Ok(()));
        }
    }

    #[tokio::test]
    async fn who_leaves_makes_room_and_gets_no_turn() {
        let (turns, order) = (Turns::new(1, 1), Arc::default());
        let working = turns.take(&client(9)).await.expect("free");
        let left = asked(&turns, 1, &order).await;
        left.abort();
        assert!(left.await.is_err());
        let next = asked(&turns, 2, &order).await;
        drop(working);
        assert_eq!(next.await.expect("no panic"), Ok(()));
        assert_eq!(*order.lock().expect("no panic"), [2]);
        assert_eq!(turns.lock().free, 1);
    }

    #[tokio::test]
    async fn a_turn_that_was_given_to_someone_who_left_goes_on() {
        let turns = Turns::new(1, 10);
        let working = turns.take(&client(9)).await.expect("free");
        let one = client(1);
        let mut taking = Box::pin(turns.take(&one));
        assert!(polled(&mut taking).await.is_none(), "it waits");
        drop(working);
        drop(taking);
        assert_eq!(turns.lock().free, 1);
    }

    async fn polled<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|cx| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(cx) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
