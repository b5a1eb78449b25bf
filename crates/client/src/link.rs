//! A connection with a thread for each direction, so that neither waits for the other (PIPE-3).

use std::{
    io,
    net::Shutdown,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, SyncSender, channel},
    },
    thread,
};

use crate::{batch::Event, connect::Connection};

/// A connection over which messages are sent while replies are received.
pub(crate) struct Link {
    connection: Arc<Connection>,
    outgoing: Sender<Vec<u8>>,
}

impl Link {
    /// Has what is received told to `events`, up to [`Event::Closed`], which comes last.
    pub(crate) fn new(connection: Connection, events: SyncSender<Event>) -> Self {
        let connection = Arc::new(connection);
        let (outgoing, pieces) = channel();
        thread::spawn({
            let connection = Arc::clone(&connection);
            move || send(&connection, pieces)
        });
        thread::spawn({
            let connection = Arc::clone(&connection);
            move || receive(&connection, &events)
        });
        Self { connection, outgoing }
    }

    /// Has the octets sent after all those before, without waiting for that.
    pub(crate) fn send(&self, octets: Vec<u8>) {
        // A connection that takes nothing any more tells so where it receives.
        let _ = self.outgoing.send(octets);
    }

    /// Has nothing more sent, and lets what was sent before leave.
    pub(crate) fn finish(self) -> Closing {
        Closing(self.connection)
    }
}

/// A connection over which nothing more is sent. Dropped, it is cut off.
pub(crate) struct Closing(Arc<Connection>);

impl Drop for Closing {
    fn drop(&mut self) {
        // Where the threads have ended, the connection is closed without that.
        if Arc::strong_count(&self.0) > 1 {
            self.0.shut_down(Shutdown::Both);
        }
    }
}

fn send(connection: &Connection, pieces: Receiver<Vec<u8>>) {
    for piece in pieces {
        if connection.send(&piece).is_err() {
            return;
        }
    }
    connection.shut_down(Shutdown::Write);
}

fn receive(connection: &Connection, events: &SyncSender<Event>) {
    /// Some thousand replies.
    const BUFFER: usize = 1 << 16;
    let mut buffer = vec![0; BUFFER];
    let error = loop {
        match connection.receive(&mut buffer) {
            Ok(0) => break io::ErrorKind::UnexpectedEof.into(),
            Ok(count) => {
                if events.send(Event::Received(buffer[..count].to_vec())).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break error,
        }
    };
    // Where nobody listens any more, nobody need know.
    let _ = events.send(Event::Closed(error));
}
