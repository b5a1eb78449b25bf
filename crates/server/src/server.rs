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
    connection::Connection,
    door::Door,
    listen::Listener,
    stream::{Peer, Stream},
};

/// Serves the clients that connect to `listeners` until `shutdown` is ready, and then those that it still has.
///
/// The stop has three phases. First the listeners are closed, so that the next client is refused. Then each
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
    let mut server = Server { limits: Arc::new(limits), stop: Arc::default(), connections: JoinSet::new() };
    server.accept_until(door, shutdown).await;
    server.finish().await;
    Ok(())
}

struct Server {
    limits: Arc<Limits>,
    /// Wakes every connection once, to finish.
    stop: Arc<Notify>,
    connections: JoinSet<()>,
}

impl Server {
    /// Starts a task for each client, up to as many as may be served: nobody is accepted before there is room, so that those
    /// beyond wait in the kernel's queue.
    async fn accept_until(&mut self, mut door: Door, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        for id in 1.. {
            let (stream, peer) = loop {
                select! {
                    biased;
                    () = &mut shutdown => return,
                    Some(outcome) = self.connections.join_next() => report(outcome),
                    client = door.accept(), if self.connections.len() < self.limits.max_connections.get() => break client,
                }
            };
            self.welcome(id, stream, &peer);
        }
    }

    fn welcome(&mut self, id: u64, stream: Stream, peer: &Peer) {
        info!(id, %peer, "connected");
        if stream.send_at_once().is_err() {
            return; // The client is gone already.
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
