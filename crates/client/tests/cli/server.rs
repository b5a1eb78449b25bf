//! Servers to meet: a right one, and those that do what they are told.

use std::{
    io::{BufRead as _, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use calc_proto::{Line, LineDecoder, Request, Session};

use crate::run::PATIENCE;

/// A server on a port of its own, one connection after another, for as long as the test runs.
pub(crate) struct Server {
    pub(crate) port: u16,
    heard: Receiver<String>,
}

/// What a server does when its script is at its end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Then {
    Close,
    /// It reads on, and says nothing.
    Mute,
}

impl Server {
    /// A server that conforms.
    pub(crate) fn right() -> Self {
        Self::start(|stream, heard| converse(&stream, &stream, heard))
    }

    /// A server that answers the first message of each connection with the first piece, and so on.
    pub(crate) fn scripted(script: &[&[u8]], then: Then) -> Self {
        let script: Vec<Vec<u8>> = script.iter().map(|piece| piece.to_vec()).collect();
        Self::start(move |mut stream, heard| {
            let mut messages = BufReader::new(stream.try_clone().expect("a clone"));
            for piece in &script {
                hear(&mut messages, heard);
                let _ = stream.write_all(piece);
            }
            match then {
                Then::Close => {}
                Then::Mute => while hear(&mut messages, heard) > 0 {},
            }
        })
    }

    /// A server that does `serve` with each connection.
    pub(crate) fn start(mut serve: impl FnMut(TcpStream, &Sender<String>) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().map(|address: SocketAddr| address.port()).expect("a port");
        let (sender, heard) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.expect("a connection");
                stream.set_nodelay(true).expect("no delay");
                serve(stream, &sender);
            }
        });
        Self { port, heard }
    }

    /// The command line of a client of this server.
    pub(crate) fn args<'a>(&self, args: &[&'a str]) -> Vec<&'a str> {
        // Leaked: a few octets a test.
        let port: &'static str = self.port.to_string().leak();
        [&["--port", port], args].concat()
    }

    /// The messages heard up to `QUIT`, one blank between them.
    pub(crate) fn heard(&self) -> String {
        let mut messages = Vec::new();
        loop {
            match self.heard.recv_timeout(PATIENCE).expect("QUIT at the end").as_str() {
                "QUIT" => return messages.join(" "),
                message => messages.push(message.to_owned()),
            }
        }
    }
}

/// Serves one connection until `QUIT` or the end of the stream.
pub(crate) fn converse(input: impl Read, mut output: impl Write, heard: &Sender<String>) {
    let mut session = Session::new();
    for line in BufReader::new(input).lines().map_while(Result::ok) {
        let mut reply = Vec::new();
        session
            .handle(Request::parse(Line::Complete(line.as_bytes())))
            .inspect(|said| said.encode(&mut reply));
        // Sent before the reply, so that a test that has seen the reply finds it.
        let _ = heard.send(line);
        if output.write_all(&reply).is_err() || session.is_closed() {
            break;
        }
    }
}

/// Serves one connection until `QUIT`, several lines at a time as a server does, and tells nobody what it hears.
pub(crate) fn converse_in_silence(mut stream: &TcpStream) {
    let (mut decoder, mut session, mut buffer) = (LineDecoder::new(), Session::new(), [0; 4096]);
    while !session.is_closed()
        && let Ok(count @ 1..) = stream.read(&mut buffer)
    {
        let (mut piece, mut replies) = (&buffer[..count], Vec::new());
        while let Some(line) = decoder.next_line(&mut piece) {
            session.handle(Request::parse(line)).inspect(|reply| reply.encode(&mut replies));
        }
        let Ok(()) = stream.write_all(&replies) else { break };
    }
}

fn hear(messages: &mut impl std::io::BufRead, heard: &Sender<String>) -> usize {
    let mut line = String::new();
    let count = messages.read_line(&mut line).unwrap_or(0);
    let _ = heard.send(line.trim_end().to_owned());
    count
}
