//! What a server of a dialect sends besides replies, and how a reply is heard through it.

use regex::bytes::{NoExpand, Regex};

use crate::connection::Received;
use crate::format::{Encoding, Receive, last_delimiter};

/// How the replies of a dialect are heard.
#[derive(Clone, Debug)]
pub struct Hearing {
    /// How one reply is found in what was received.
    pub receive: Receive,
    /// How octets become text.
    pub encoding: Encoding,
    /// How many messages the server sends when a client connects, before it is asked anything.
    pub greeting: u32,
    /// What may stand before a reply and is no part of it.
    pub(super) prompt: Option<Regex>,
    /// What may stand behind a reply and is no part of it.
    pub(super) suffix: Option<Regex>,
    /// What of a reply is replaced, and by what.
    pub(super) rewrite: Option<(Regex, String)>,
    /// Messages that are no replies.
    pub(super) ignore: Option<Regex>,
}

impl Hearing {
    /// The reply in a message: without a prompt before it and a suffix behind it, and nothing if the message is one to be ignored.
    #[must_use]
    pub fn reply(&self, message: Received) -> Option<Received> {
        let message = message.decoded(self.encoding);
        let prompt = self
            .prompt
            .as_ref()
            .and_then(|prompt| prompt.find(message.words()))
            .map_or(0, |found| found.end());
        let reply = message.behind(prompt);
        let suffix = self.suffix.as_ref().and_then(|suffix| suffix.find(reply.words()));
        let suffix = suffix.map_or(0, |found| found.len());
        let reply = match &self.rewrite {
            Some((regex, with)) => {
                let reply = reply.before(suffix);
                let words = regex.replace_all(reply.words(), NoExpand(with.as_bytes())).into_owned();
                reply.reworded(words)
            }
            None => reply.before(suffix),
        };
        if self.ignores(reply.words()) { None } else { Some(reply) }
    }

    /// Whether octets are nothing but prompts and messages to be ignored.
    #[must_use]
    pub fn is_noise(&self, octets: &[u8]) -> bool {
        let (delimiter, count) = match &self.receive {
            Receive::Delimited { delimiter, count, .. } => (delimiter, *count),
            Receive::Quiet { .. }
            | Receive::UntilClose { .. }
            | Receive::Fixed(_)
            | Receive::Datagram { .. }
            | Receive::Length { .. }
            | Receive::Header { .. }
            | Receive::UntilLine { .. } => return self.is_prompt(octets),
        };
        let mut rest = octets;
        while let Some(end) = last_delimiter(rest, delimiter, count) {
            if self.reply(Received::new(&rest[..end], delimiter)).is_some() {
                return false;
            }
            rest = &rest[end + delimiter.len()..];
        }
        self.is_prompt(rest)
    }

    fn is_prompt(&self, octets: &[u8]) -> bool {
        let octets = self.encoding.decode(octets);
        let prompt = self.prompt.as_ref().and_then(|prompt| prompt.find(&octets));
        octets.is_empty() || prompt.is_some_and(|found| found.end() == octets.len())
    }

    fn ignores(&self, words: &[u8]) -> bool {
        self.ignore.as_ref().is_some_and(|ignore| ignore.is_match(words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{anchored, at_the_start};

    fn hearing(prompt: Option<&str>, ignore: Option<&str>) -> Hearing {
        Hearing {
            receive: Receive::Delimited {
                delimiter: b"\n".to_vec(),
                strip: Vec::new(),
                count: 1,
                quiet_ms: None,
                max: 100,
            },
            encoding: Encoding::Utf8,
            greeting: 0,
            prompt: prompt.map(|prompt| at_the_start(prompt).expect("a pattern")),
            suffix: None,
            rewrite: None,
            ignore: ignore.map(|ignore| anchored(ignore).expect("a pattern")),
        }
    }

    #[test]
    fn prompts_and_messages_to_ignore_are_no_replies() {
        let plain = hearing(None, None);
        let chatty = hearing(Some("[a-z]*> "), Some("|#.*"));
        let rows = [
            (&plain, "> OK", Some("> OK")),
            (&plain, "", Some("")),
            (&chatty, "> OK", Some("OK")),
            (&chatty, "calc> OK > ", Some("OK > ")),
            (&chatty, "OK", Some("OK")),
            (&chatty, "> ", None),
            (&chatty, "", None),
            (&chatty, "# a remark", None),
        ];
        for (hearing, message, reply) in rows {
            let heard = hearing.reply(Received::new(message.as_bytes(), b"\n"));
            assert_eq!(heard.as_ref().map(Received::words), reply.map(str::as_bytes), "{message:?}");
        }
    }

    #[test]
    fn noise_is_what_holds_no_reply() {
        let plain = hearing(None, None);
        let chatty = hearing(Some("> "), Some("|#.*"));
        for (hearing, octets, noise) in [
            (&plain, "", true),
            (&plain, "\n", false),
            (&plain, "> ", false),
            (&chatty, "> ", true),
            (&chatty, "\n\n> ", true),
            (&chatty, "# x\n> # y\n", true),
            (&chatty, "OK\n", false),
            (&chatty, "> O", false),
            (&chatty, "\nOK\n", false),
        ] {
            assert_eq!(hearing.is_noise(octets.as_bytes()), noise, "{octets:?}");
        }
    }
}
