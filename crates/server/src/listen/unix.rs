//! Unix sockets, and the files that they leave.

use std::{
    fs::{self, File, TryLockError},
    io,
    os::unix::{
        fs::{FileTypeExt as _, MetadataExt as _},
        net::UnixListener,
    },
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use socket2::{Domain, SockAddr, Socket, Type};

use super::{Address, ListenError, listen_at};

/// How long another server may have its turn at the directory: it takes a few system calls, so that whoever keeps it this long
/// is none.
const TURN: Duration = Duration::from_secs(2);

/// Listens at `path`, in the place of a socket that nobody answers at any more.
///
/// One server at a time: of two that find the same dead socket, the second would remove the living one of the first, and a
/// socket that is bound but does not listen yet looks dead.
pub(super) fn bind(path: &Path) -> Result<(SocketFile, UnixListener), ListenError> {
    let address = || Address::Unix(path.to_owned());
    let refused = |source| ListenError::Refused { address: address(), source };
    let _turn = turn(path).map_err(refused)?;
    match occupant(path).map_err(refused)? {
        Occupant::Nobody => {}
        Occupant::DeadSocket => fs::remove_file(path).map_err(refused)?,
        Occupant::Server => return Err(ListenError::InUse(address())),
        Occupant::OtherFile => return Err(ListenError::NotASocket(address())),
    }
    let listen = || {
        let socket = listen_at(stream_socket()?, &SockAddr::unix(path)?)?;
        Ok((SocketFile::at(path)?, socket.into()))
    };
    listen().map_err(refused)
}

/// Waits for the turn to claim a path, which lasts until the returned file is dropped. The directory itself is locked, since
/// a file beside the socket would have to be left there, or be claimed in its turn.
fn turn(path: &Path) -> io::Result<File> {
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) | None => Path::new("."),
    };
    // The dot refuses at once what is no directory; to open a pipe would wait for its writer.
    let directory = File::open(directory.join("."))?;
    let start = Instant::now();
    loop {
        match directory.try_lock() {
            Ok(()) => return Ok(directory),
            Err(TryLockError::WouldBlock) if start.elapsed() < TURN => {
                thread::sleep(Duration::from_millis(5))
            }
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("another process keeps the directory locked"));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
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

/// The file of a socket, removed before the socket is closed: as long as it is open the file looks alive, so that no other
/// server replaces it, and its inode is not given to another file.
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
