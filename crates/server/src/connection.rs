//! One connection from accept to close: the one place where sockets meet the protocol.

use std::{
    convert::Infallible,
    fmt,
    future::{Future as _, poll_fn},
    io,
    mem::MaybeUninit,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{io::ReadBuf, sync::futures::OwnedNotified, task::yield_now, time::Instant};
use tracing::debug;

use crate::{
    Limits,
    alarm::{Alarm, after},
    dialogue::{Dialogue, Slice},
    stream::Stream,
};

/// How much one read takes at most: enough that a system call costs little beside the messages that it brings.
const PIECE: usize = 16 * 1024;

/// A client's connection, and all that the server keeps for it (SESS-4).
pub(crate) struct Connection {
    id: u64,
    stream: Stream,
    dialogue: Dialogue,
    limits: Arc<Limits>,
    /// When the last message was completed, or the connection accepted (CONN-9).
    active: Instant,
    alarm: Alarm,
    stop: Pin<Box<OwnedNotified>>,
}

/// How a connection came to its end.
///
/// Inside a connection it travels as an error, since `?` passes it up from wherever the end is met.
#[derive(Debug)]
pub(crate) enum Ending {
    /// The client sent `QUIT` (MSG-8).
    Quit,
    /// The client's stream ended, and all that it held was answered (CONN-5).
    EndOfStream,
    /// The client completed no message for too long (CONN-9).
    Idle,
    /// The server was told to stop.
    Stopped,
    /// The client accepted none of its replies for too long (CONN-8).
    Stalled,
    /// The connection broke.
    Broken(io::Error),
}

/// What became of the first slice of a piece, and whether there may be more to read.
enum Read {
    /// The piece was all that had arrived.
    Some(Slice),
    /// The piece filled the buffer.
    Full(Slice),
}

impl Connection {
    pub(crate) fn new(id: u64, stream: Stream, limits: Arc<Limits>, stop: OwnedNotified) -> Self {
        let active = Instant::now();
        let alarm = Alarm::new(after(active, limits.idle_timeout));
        Self { id, stream, dialogue: Dialogue::default(), limits, active, alarm, stop: Box::pin(stop) }
    }

    /// Answers the client until one side ends the connection, and closes it in the way that this end asks for.
    pub(crate) async fn serve(&mut self) -> Ending {
        let Err(mut ending) = self.converse().await;
        if let Ending::Stopped = ending {
            ending = self.answer_held().await.err().unwrap_or(ending);
        }
        match ending {
            Ending::Quit | Ending::Idle | Ending::Stopped => self.drain().await,
            Ending::Stalled => self.stream.abandon(),
            Ending::EndOfStream | Ending::Broken(_) => {}
        }
        ending
    }

    /// Reads a piece, answers all its complete messages by one write, and reads on only when that is done: a client
    /// that takes no replies is not read from (CONN-7).
    async fn converse(&mut self) -> Result<Infallible, Ending> {
        loop {
            let read = self.read().await?;
            let (Read::Some(slice) | Read::Full(slice)) = read;
            self.answer(slice).await?;
            if let Read::Full(_) = read {
                // There is more where this came from, and the other connections have waited.
                yield_now().await;
            }
        }
    }

    /// Waits for a piece of the stream and answers its first slice into the dialogue.
    ///
    /// The buffer lives on the stack while a read succeeds, so that a waiting connection has none. The stop and
    /// the alarm are polled here alone, the alarm only when there is nothing to read: a stream that never pauses and never
    /// ends a line is held against the deadline piece by piece.
    async fn read(&mut self) -> Result<Read, Ending> {
        let deadline = after(self.active, self.limits.idle_timeout);
        poll_fn(|context| {
            if self.stop.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(Ending::Stopped));
            }
            let mut space = [const { MaybeUninit::uninit() }; PIECE];
            let mut buffer = ReadBuf::uninit(&mut space);
            if let Poll::Ready(outcome) = self.stream.poll_read(context, &mut buffer) {
                return Poll::Ready(outcome.map_err(Ending::Broken).and_then(|()| match buffer.filled() {
                    [] => Err(Ending::EndOfStream),
                    piece => match self.take(piece) {
                        Slice::NoMessage if Instant::now() >= deadline => Err(Ending::Idle),
                        slice if buffer.remaining() == 0 => Ok(Read::Full(slice)),
                        slice => Ok(Read::Some(slice)),
                    },
                }));
            }
            self.dialogue.rest();
            self.alarm.poll(context, deadline).map(|()| Err(Ending::Idle))
        })
        .await
    }

    fn take(&mut self, piece: &[u8]) -> Slice {
        debug!(id = self.id, octets = piece.len(), "received {}", piece.escape_ascii());
        let now = Instant::now();
        let slice = self.dialogue.receive(piece, now);
        if slice != Slice::NoMessage {
            self.active = now;
        }
        slice
    }

    /// Sends the replies of a slice, and answers what it left of its piece, slice by slice.
    async fn answer(&mut self, mut slice: Slice) -> Result<(), Ending> {
        loop {
            self.send().await?;
            if self.dialogue.is_over() {
                return Err(Ending::Quit);
            }
            match slice {
                Slice::NoMessage | Slice::Answered => return Ok(()),
                Slice::Cut => yield_now().await,
            }
            self.active = Instant::now();
            slice = self.dialogue.resume(self.active);
        }
    }

    /// Sends the replies. What is held while it waits, every idle connection has room for; so it is one poll with little to hold.
    async fn send(&mut self) -> Result<(), Ending> {
        let (mut sent, mut deadline) = (0, None);
        poll_fn(move |context| self.poll_send(context, &mut sent, &mut deadline)).await
    }

    fn poll_send(
        &mut self,
        context: &mut Context<'_>,
        sent: &mut usize,
        deadline: &mut Option<Instant>,
    ) -> Poll<Result<(), Ending>> {
        while let Some(rest @ [_, ..]) = self.dialogue.replies().get(*sent..) {
            match self.stream.poll_write(context, rest) {
                Poll::Ready(Ok(count)) => {
                    debug!(id = self.id, octets = count, "sent {}", rest[..count].escape_ascii());
                    *sent += count;
                    *deadline = None;
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(Ending::Broken(error))),
                Poll::Pending => {
                    let deadline =
                        *deadline.get_or_insert_with(|| after(Instant::now(), self.limits.stall_timeout));
                    return self.alarm.poll(context, deadline).map(|()| Err(Ending::Stalled));
                }
            }
        }
        self.dialogue.replies_sent();
        Poll::Ready(Ok(()))
    }

    /// Answers what the client had sent when the server was told to stop, and no more: a client that goes on sending
    /// would never come to an end.
    async fn answer_held(&mut self) -> Result<(), Ending> {
        let mut held = self.stream.held().map_err(Ending::Broken)?;
        while held > 0 {
            let slice = {
                let mut buffer = [0; PIECE];
                match self.stream.read_held(&mut buffer) {
                    Ok(0) => return Ok(()),
                    Ok(count) => {
                        held = held.saturating_sub(count as u64);
                        self.take(&buffer[..count])
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                    Err(error) => return Err(Ending::Broken(error)),
                }
            };
            self.answer(slice).await?;
            yield_now().await;
        }
        Ok(())
    }

    /// Ends the sending side, then drops what still arrives until the client has closed too: a close that leaves octets
    /// unread would send a reset, which can destroy replies that the client has not read yet (CONN-6). What is dropped takes no
    /// memory, however much it is: the time alone bounds it.
    async fn drain(&mut self) {
        if self.stream.finish_sending().is_err() {
            return; // The client is gone.
        }
        let deadline = after(Instant::now(), self.limits.drain_timeout);
        let mut dropped = 1;
        while dropped > 0 {
            dropped = poll_fn(|context| {
                if self.alarm.poll(context, deadline).is_ready() {
                    return Poll::Ready(0);
                }
                let mut space = [const { MaybeUninit::uninit() }; PIECE];
                let mut buffer = ReadBuf::uninit(&mut space);
                let outcome = self.stream.poll_read(context, &mut buffer);
                outcome.map(|outcome| outcome.map_or(0, |()| buffer.filled().len()))
            })
            .await;
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quit => f.write_str("QUIT"),
            Self::EndOfStream => f.write_str("end of the client's stream"),
            Self::Idle => f.write_str("no message for too long"),
            Self::Stopped => f.write_str("the server stops"),
            Self::Stalled => f.write_str("replies not accepted for too long"),
            Self::Broken(error) => error.fmt(f),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::{io::Write as _, os::unix::net::UnixStream, time::Duration};

    use tokio::sync::Notify;

    use super::*;

    /// A connection whose client has sent this already, and will have to be idle for no time at all.
    fn connection(sent: &[u8]) -> Connection {
        let (mut client, server) = UnixStream::pair().unwrap();
        client.write_all(sent).unwrap();
        server.set_nonblocking(true).unwrap();
        let stream = Stream::Unix(tokio::net::UnixStream::from_std(server).unwrap());
        let limits = Limits { idle_timeout: Duration::ZERO, ..Limits::default() };
        Connection::new(1, stream, Arc::new(limits), Arc::new(Notify::new()).notified_owned())
    }

    #[tokio::test]
    async fn a_stream_that_never_pauses_is_idle_when_it_completes_no_message() {
        let mut endless = connection(&[b'1'; 2 * PIECE]);
        assert!(matches!(endless.read().await, Err(Ending::Idle)));
        let mut complete = connection(&b"1\n".repeat(PIECE));
        assert!(matches!(complete.read().await, Ok(Read::Full(_))));
    }
}
