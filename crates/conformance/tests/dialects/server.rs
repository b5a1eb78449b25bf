//! A server in this process: a thread for each connection, as long as the tests run.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

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
            thread::spawn(move || drop(behaviour(stream)));
        }
    });
    address
}
