//! The bodies of deliveries while they are read: who may send how much, and who has to go where there is no room.
//!
//! Whether a body is signed is known once it is whole. Until an address has sent a signed one it is unknown, and those
//! share a quarter of the room; of them the one that has sent nothing for longest makes room for others.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::http::StatusCode;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use super::full;
use crate::problem::Problem;

/// Bodies that may be in memory at once.
const BYTES: usize = 128 << 20;
/// Of unknown senders.
const BYTES_OF_UNKNOWN: usize = BYTES / 4;
/// An unknown sender has to send something every so often.
const PATIENCE: Duration = Duration::from_secs(5);
/// Addresses that have sent something signed, and are remembered.
const REMEMBERED: usize = 1_024;

/// The bodies that are being read.
#[derive(Debug)]
pub(crate) struct Bodies {
    rooms: Mutex<Rooms>,
}

/// What is taken, and by whom.
#[derive(Debug)]
struct Rooms {
    reading: BTreeMap<u64, Reading>,
    next: u64,
    /// Senders of signed deliveries, the last one last.
    known: VecDeque<IpAddr>,
    most_unknown: usize,
    bytes: usize,
    bytes_of_unknown: usize,
}

#[derive(Debug)]
struct Reading {
    is_known: bool,
    bytes: usize,
    last_progress: Instant,
    leave: Arc<Notify>,
}

/// The room that a body takes; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Room<'a> {
    bodies: &'a Bodies,
    number: u64,
    leave: Arc<Notify>,
    is_known: bool,
}

impl Bodies {
    /// `most_unknown` senders at once that have not yet sent anything signed.
    pub(crate) fn new(most_unknown: usize) -> Self {
        Self::with(most_unknown, BYTES, BYTES_OF_UNKNOWN)
    }

    fn with(most_unknown: usize, bytes: usize, bytes_of_unknown: usize) -> Self {
        let rooms =
            Rooms { reading: BTreeMap::new(), next: 0, known: VecDeque::new(), most_unknown, bytes, bytes_of_unknown };
        Self { rooms: Mutex::new(rooms) }
    }

    /// Reads a body of up to `most` bytes from `sender`.
    pub(crate) async fn read(
        &self,
        mut body: Body,
        most: u64,
        sender: Option<IpAddr>,
    ) -> Result<(Vec<u8>, Room<'_>), Problem> {
        let room = self.enter(sender);
        let mut bytes: Vec<u8> = Vec::new();
        loop {
            let frame = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx));
            let frame = tokio::select! {
                biased;
                () = room.leave.notified() => return Err(full()),
                frame = patient(frame, !room.is_known) => frame?,
            };
            let Some(frame) = frame else { return Ok((bytes, room)) };
            let frame = frame.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body broke off"))?;
            let Ok(data) = frame.into_data() else { continue };
            if (bytes.len() + data.len()) as u64 > most {
                let detail = format!("the body is longer than {most} bytes");
                return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
            }
            if !self.lock().grow(room.number, data.len()) {
                return Err(full());
            }
            bytes.extend_from_slice(&data);
        }
    }

    /// The sender has sent something signed.
    pub(crate) fn remember(&self, sender: Option<IpAddr>) {
        let Some(sender) = sender else { return };
        let known = &mut self.lock().known;
        known.retain(|known| *known != sender);
        known.push_back(sender);
        if known.len() > REMEMBERED {
            known.pop_front();
        }
    }

    fn enter(&self, sender: Option<IpAddr>) -> Room<'_> {
        let mut rooms = self.lock();
        let is_known = sender.is_some_and(|sender| rooms.known.contains(&sender));
        let (number, leave) = rooms.enter(is_known);
        Room { bodies: self, number, leave, is_known }
    }

    fn lock(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What comes, or an error where nothing has for too long.
async fn patient<T>(coming: impl Future<Output = T>, is_limited: bool) -> Result<T, Problem> {
    if !is_limited {
        return Ok(coming.await);
    }
    timeout(PATIENCE, coming).await.map_err(|_| {
        let detail = format!("nothing of the body came for {} s: send it again, in one go", PATIENCE.as_secs());
        Problem::new(StatusCode::REQUEST_TIMEOUT, detail)
    })
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        self.bodies.lock().reading.remove(&self.number);
    }
}

impl Rooms {
    /// One more; of unknown senders the stalest makes room for it.
    fn enter(&mut self, is_known: bool) -> (u64, Arc<Notify>) {
        let unknown = self.reading.values().filter(|reading| !reading.is_known).count();
        if !is_known && unknown >= self.most_unknown {
            self.drop_stalest(None);
        }
        let (number, leave) = (self.next, Arc::new(Notify::new()));
        self.next += 1;
        let reading = Reading { is_known, bytes: 0, last_progress: Instant::now(), leave: Arc::clone(&leave) };
        self.reading.insert(number, reading);
        (number, leave)
    }

    /// Some more bytes of a body; false where there is no room for them even without the other unknown senders.
    fn grow(&mut self, number: u64, bytes: usize) -> bool {
        let Some(is_known) = self.reading.get(&number).map(|reading| reading.is_known) else { return false };
        while self.taken(is_known) + bytes > if is_known { self.bytes } else { self.bytes_of_unknown } {
            if !self.drop_stalest(Some(number)) {
                return false;
            }
        }
        if let Some(reading) = self.reading.get_mut(&number) {
            reading.bytes += bytes;
            reading.last_progress = Instant::now();
        }
        true
    }

    /// Bytes that count for a sender: of a known one all, of an unknown one those of the unknown.
    fn taken(&self, for_known: bool) -> usize {
        let counted = self.reading.values().filter(|reading| for_known || !reading.is_known);
        counted.map(|reading| reading.bytes).sum()
    }

    /// Of the unknown senders the one without progress for longest goes; false where there is none.
    fn drop_stalest(&mut self, but: Option<u64>) -> bool {
        let others = self.reading.iter().filter(|(number, reading)| !reading.is_known && Some(**number) != but);
        let stalest = others.min_by_key(|(_, reading)| reading.last_progress).map(|(number, _)| *number);
        let dropped = stalest.and_then(|number| self.reading.remove(&number));
        if let Some(reading) = &dropped {
            reading.leave.notify_one();
        }
        dropped.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll};

    use tokio::io::ReadBuf;

    use super::*;

    fn address(number: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, number])
    }

    /// A body that begins and falls silent.
    fn silent() -> Body {
        Body::from_stream(tokio_util::io::ReaderStream::new(Begun(false)))
    }

    struct Begun(bool);

    impl tokio::io::AsyncRead for Begun {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<std::io::Result<()>> {
            if std::mem::replace(&mut self.0, true) {
                return Poll::Pending;
            }
            buffer.put_slice(b"begun");
            Poll::Ready(Ok(()))
        }
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
    }

    async fn status(bodies: &Bodies, body: Body, sender: Option<IpAddr>) -> Option<StatusCode> {
        bodies.read(body, 8, sender).await.err().map(|problem| problem.status)
    }

    #[test]
    fn an_unknown_sender_that_falls_silent_is_told_so_after_five_seconds() {
        runtime().block_on(async {
            let (bodies, begun) = (Bodies::with(2, 100, 100), Instant::now());
            assert_eq!(status(&bodies, silent(), Some(address(1))).await, Some(StatusCode::REQUEST_TIMEOUT));
            assert_eq!(begun.elapsed().as_secs(), 5);
            assert!(bodies.lock().reading.is_empty());
        });
    }

    #[test]
    fn the_stalest_unknown_sender_makes_room_and_a_known_one_never() {
        runtime().block_on(async {
            let bodies = Arc::new(Bodies::with(1, 100, 100));
            bodies.remember(Some(address(7)));
            let reading = |number| {
                let bodies = Arc::clone(&bodies);
                tokio::spawn(async move { status(&bodies, silent(), Some(address(number))).await })
            };
            let known = reading(7);
            let first = reading(1);
            tokio::task::yield_now().await;
            assert_eq!(
                status(&bodies, Body::from("whole"), Some(address(2))).await,
                None,
                "there is always room for one"
            );
            assert_eq!(first.await.expect("no panic"), Some(StatusCode::SERVICE_UNAVAILABLE));
            assert!(!known.is_finished());
            known.abort();
        });
    }

    #[test]
    fn bytes_of_unknown_senders_have_a_bound_of_their_own() {
        runtime().block_on(async {
            let bodies = Bodies::with(9, 20, 7);
            bodies.remember(Some(address(7)));
            let (_, first) = bodies.read(Body::from("12345"), 8, Some(address(1))).await.expect("fits");
            let (_, second) =
                bodies.read(Body::from("1234"), 8, Some(address(2))).await.expect("the other one makes room");
            assert_eq!(bodies.lock().reading.len(), 1);
            assert_eq!(
                status(&bodies, Body::from("12345678"), Some(address(3))).await,
                Some(StatusCode::SERVICE_UNAVAILABLE)
            );
            assert_eq!(
                status(&bodies, Body::from("123456789"), Some(address(7))).await,
                Some(StatusCode::PAYLOAD_TOO_LARGE)
            );
            let (_, _known) = bodies.read(Body::from("12345678"), 8, Some(address(7))).await.expect("fits");
            let (_, _more) = bodies.read(Body::from("12345678"), 8, Some(address(7))).await.expect("fits");
            drop((first, second));
            assert_eq!(bodies.lock().taken(true), 16);
        });
    }
}
