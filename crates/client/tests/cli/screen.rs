//! A terminal: what programs show on it, and what is typed.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
};

use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

use crate::run::PATIENCE;

/// A pseudo-terminal, and what was shown on it that no [`Screen::shows`] has passed yet.
pub(crate) struct Screen {
    name: String,
    keys: File,
    pieces: Receiver<Vec<u8>>,
    shown: String,
}

impl Screen {
    /// A terminal of the usual size.
    pub(crate) fn open() -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)
            .expect("a pseudo-terminal");
        grantpt(&controller).expect("granted");
        unlockpt(&controller).expect("unlocked");
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&controller, size).expect("a size");
        let name = ptsname(&controller, Vec::new()).expect("a name").into_string().expect("UTF-8");
        let mut screen = File::from(controller);
        let keys = screen.try_clone().expect("a clone");
        let (sender, pieces) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // It fails when the other side is closed.
            while let Ok(count @ 1..) = screen.read(&mut buffer)
                && sender.send(buffer[..count].to_vec()).is_ok()
            {}
        });
        Self { name, keys, pieces, shown: String::new() }
    }

    /// The side of the programs.
    pub(crate) fn side(&self) -> File {
        File::options().read(true).write(true).open(&self.name).expect("the other side")
    }

    pub(crate) fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("keys");
    }

    /// Waits until a text is shown, and gives what came up to its end.
    pub(crate) fn shows(&mut self, text: &str) -> String {
        loop {
            if let Some(start) = self.shown.find(text) {
                return self.shown.drain(..start + text.len()).collect();
            }
            match self.pieces.recv_timeout(PATIENCE) {
                Ok(piece) => self.shown.push_str(&String::from_utf8_lossy(&piece)),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("'{text}' was not shown: {:?}", self.shown);
                }
            }
        }
    }

    /// Whether a text has been shown by now.
    pub(crate) fn has_shown(&mut self, text: &str) -> bool {
        self.shown.extend(self.pieces.try_iter().map(|piece| String::from_utf8_lossy(&piece).into_owned()));
        self.shown.contains(text)
    }

    /// What was shown.
    pub(crate) fn so_far(&self) -> &str {
        &self.shown
    }

    /// Waits until no program has the terminal any more, and gives all that was shown.
    pub(crate) fn rest(&mut self) -> String {
        loop {
            match self.pieces.recv_timeout(PATIENCE) {
                Ok(piece) => self.shown.push_str(&String::from_utf8_lossy(&piece)),
                Err(RecvTimeoutError::Disconnected) => return std::mem::take(&mut self.shown),
                Err(RecvTimeoutError::Timeout) => panic!("the client does not end"),
            }
        }
    }
}
