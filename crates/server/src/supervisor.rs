//! What the supervisor that started the server, if any, is told about it: sd_notify(3).

use std::{
    env,
    ffi::OsStr,
    io,
    os::{
        linux::net::SocketAddrExt as _,
        unix::{
            ffi::OsStrExt as _,
            net::{SocketAddr, UnixDatagram},
        },
    },
};

use tracing::info;

/// A stage in the server's life.
#[derive(Clone, Copy)]
pub(crate) enum Stage {
    Serving,
    Stopping,
}

/// Tells it. Where nobody asked to be told, or hears it, the server serves all the same.
pub(crate) fn tell(stage: Stage) {
    let Some(place) = env::var_os("NOTIFY_SOCKET") else { return };
    let message: &[u8] = match stage {
        Stage::Serving => b"READY=1\n",
        Stage::Stopping => b"STOPPING=1\n",
    };
    if let Err(error) = send(&place, message) {
        info!(%error, "cannot tell the supervisor");
    }
}

/// A path, or, after an `@`, a name without a file.
fn send(place: &OsStr, message: &[u8]) -> io::Result<()> {
    let address = match place.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(place)?,
    };
    let socket = UnixDatagram::unbound()?;
    // A supervisor whose queue is full does not hold up the server.
    socket.set_nonblocking(true)?;
    socket.send_to_addr(message, &address).map(drop)
}
