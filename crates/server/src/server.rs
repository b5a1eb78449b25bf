//! Accepting connections, and stopping.

use std::{io, pin::pin, sync::Arc};

use tokio::{
    select,
    sync::Notify,
    task::{JoinError, JoinSet},
    time::timeout,
};
use tracing::{error, info, warn};

use crate::{
    Limits,
    connection::{Connection, Ending},
    door::Door,
    listen::Listener,
    stream::{Peer, Stream},
};

/// Serves the clients that connect to `listeners` until `shutdown` is ready, and then those that it still has.
///
/// The stop has three phases. First the clients that wait in the kernel's queue are let in, as far as
/// [`Limits::max_connections`] leaves room, and the listeners are closed, so that the next client is refused. Then each
/// connection answers what its client had sent by that time, and is closed in an order that loses none of the replies
/// (CONN-6). Connections that are not done after [`Limits::grace`] are cut off. When this function returns, all are
/// closed.
///
/// Dropping the future closes everything at once.
///
/// # Errors
/// The runtime cannot take a listener. Once it serves, nothing ends it but `shutdown`.
pub async fn run(
    listeners: Vec<Listener>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let door = Door::open(listeners)?;
    let mut server =
        Server { limits: Arc::new(limits), stop: Arc::default(), connections: JoinSet::new(), accepted: 0 };
    server.accept_until(door, shutdown).await;
    server.finish().await;
    Ok(())
}

struct Server {
    limits: Arc<Limits>,
    /// Wakes every connection once, to finish.
    stop: Arc<Notify>,
    connections: JoinSet<()>,
    /// How many clients were accepted; the log tells them apart by it.
    accepted: u64,
}

impl Server {
    /// Starts a task for each client, up to as many as may be served: nobody is accepted before there is room, so that those
    /// beyond wait in the kernel's queue.
    async fn accept_until(&mut self, mut door: Door, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            select! {
                biased;
                () = &mut shutdown => break,
                Some(outcome) = self.connections.join_next() => report(outcome),
                (stream, peer) = door.accept(), if self.has_room() => self.welcome(stream, &peer),
            }
        }
        self.admit_waiting(&door);
    }

    /// Lets in those who had connected before the stop: closing the listener would reset them, and what they had sent would go
    /// unanswered. No more than there is room for, so that a crowd of newcomers does not put off the stop.
    fn admit_waiting(&mut self, door: &Door) {
        while let Some(outcome) = self.connections.try_join_next() {
            report(outcome);
        }
        while self.has_room()
            && let Some((stream, peer)) = door.accept_waiting()
        {
            self.welcome(stream, &peer);
        }
    }

    fn has_room(&self) -> bool {
        self.connections.len() < self.limits.max_connections.get()
    }

    fn welcome(&mut self, stream: Stream, peer: &Peer) {
        self.accepted += 1;
        let id = self.accepted;
        info!(id, %peer, "connected");
        if let Err(error) = stream.send_at_once() {
            // The client is gone already.
            info!(id, ending = %Ending::Broken(error), "closed");
            return;
        }
        let stop = Arc::clone(&self.stop).notified_owned();
        let mut connection = Connection::new(id, stream, Arc::clone(&self.limits), stop);
        self.connections.spawn(async move {
            let ending = connection.serve().await;
            info!(id, %ending, "closed");
        });
    }

    async fn finish(mut self) {
        info!(connections = self.connections.len(), "stopping");
        self.stop.notify_waiters();
        let all_done = async {
            while let Some(outcome) = self.connections.join_next().await {
                report(outcome);
            }
        };
        if timeout(self.limits.grace, all_done).await.is_err() {
            warn!(connections = self.connections.len(), "cut off: not finished within the grace period");
        }
        self.connections.shutdown().await;
    }
}

/// A panic ends its own connection and no other (CONN-10).
fn report(outcome: Result<(), JoinError>) {
    if let Err(failure) = outcome {
        error!(%failure, "a connection met a fault of the server and was closed");
    }
}
