//! A server in this process: a thread for each connection, as long as the tests run.

use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Serves every connection with `behaviour`.
pub(crate) fn serve(
    behaviour: impl Fn(TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    let behaviour = Arc::new(behaviour);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let behaviour = Arc::clone(&behaviour);
            // A client that leaves is an error of this connection and of no other.
            thread::spawn(move || drop(serve_to_the_end(stream, &*behaviour)));
        }
    });
    address
}

/// Closes in good order: with octets of the client's unread, the system would send a reset, which destroys replies.
fn serve_to_the_end(
    mut stream: TcpStream,
    behaviour: impl Fn(TcpStream) -> std::io::Result<()>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    behaviour(stream.try_clone()?)?;
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(LINGERING))?;
    std::io::copy(&mut stream, &mut std::io::sink()).map(drop)
}

/// How long a client is given to close after the goodbye.
const LINGERING: Duration = Duration::from_millis(500);
