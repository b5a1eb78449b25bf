//! Unix sockets, and the files that they leave.

use std::{
    fs, io,
    os::unix::{
        fs::{FileTypeExt as _, MetadataExt as _},
        net::UnixListener,
    },
    path::{Path, PathBuf},
};

use socket2::{Domain, SockAddr, Socket, Type};

use super::{Address, ListenError, listen_at};

/// Listens at `path`, in the place of a socket that nobody answers at any more.
pub(super) fn bind(path: &Path) -> Result<(UnixListener, SocketFile), ListenError> {
    let address = || Address::Unix(path.to_owned());
    let refused = |source| ListenError::Refused { address: address(), source };
    match occupant(path).map_err(refused)? {
        Occupant::Nobody => {}
        Occupant::DeadSocket => fs::remove_file(path).map_err(refused)?,
        Occupant::Server => return Err(ListenError::InUse(address())),
        Occupant::OtherFile => return Err(ListenError::NotASocket(address())),
    }
    let listen = || {
        let socket = listen_at(stream_socket()?, &SockAddr::unix(path)?)?;
        Ok((socket.into(), SocketFile::at(path)?))
    };
    listen().map_err(refused)
}

/// What stands where the socket is to be.
enum Occupant {
    Nobody,
    DeadSocket,
    Server,
    OtherFile,
}

fn occupant(path: &Path) -> io::Result<Occupant> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.file_type().is_socket() => return Ok(Occupant::OtherFile),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Occupant::Nobody),
        Err(error) => return Err(error),
    }
    let probe = stream_socket()?;
    // So that a server whose queue is full cannot hold us up: it answers with WouldBlock.
    probe.set_nonblocking(true)?;
    match probe.connect(&SockAddr::unix(path)?) {
        Ok(()) => Ok(Occupant::Server),
        Err(error) => match error.kind() {
            io::ErrorKind::WouldBlock => Ok(Occupant::Server),
            io::ErrorKind::ConnectionRefused => Ok(Occupant::DeadSocket),
            io::ErrorKind::NotFound => Ok(Occupant::Nobody), // Its server has just removed it.
            _ => Err(error),
        },
    }
}

fn stream_socket() -> io::Result<Socket> {
    Socket::new(Domain::UNIX, Type::STREAM, None)
}

/// The file of a socket, removed with it.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl SocketFile {
    fn at(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), identity: identity(path)? })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Another server may have put its own socket there meanwhile.
        if identity(&self.path).is_ok_and(|identity| identity == self.identity) {
            // Nobody is left to tell about a failure; the next server finds the socket dead and replaces it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The device and the inode: what tells a file from another of the same name.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
}
