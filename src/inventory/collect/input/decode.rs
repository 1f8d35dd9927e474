//! Makes UTF-8 of what Windows writes.
//!
//! PowerShell's `>` writes UTF-16 with a byte order mark, some editors one in front of UTF-8.

use std::io;
use std::io::Read;

use super::fault::Fault;

/// The first bytes of what gzip packs.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// An input as UTF-8.
pub(super) struct Decoder<'r> {
    input: &'r mut dyn Read,
    encoding: Encoding,
    /// Bytes of the input that are not handed on yet: at first those that told the encoding.
    pending: Vec<u8>,
    /// UTF-8 that is not handed on yet.
    decoded: Vec<u8>,
    given: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { big: bool },
}

impl<'r> Decoder<'r> {
    pub(super) fn new(input: &'r mut dyn Read) -> Result<Self, Fault> {
        let mut first = Vec::new();
        input.take(4).read_to_end(&mut first).map_err(|error| Fault::Input(error.to_string()))?;
        if first.starts_with(&GZIP) {
            return Err(Fault::Packed);
        }
        let (encoding, mark) = match first[..] {
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
            [0xff, 0xfe, ..] => (Encoding::Utf16 { big: false }, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16 { big: true }, 2),
            // Without a mark: every kind of text that is read begins with ASCII.
            [1..=127, 0, 1..=127, 0] => (Encoding::Utf16 { big: false }, 0),
            [0, 1..=127, 0, 1..=127] => (Encoding::Utf16 { big: true }, 0),
            _ => (Encoding::Utf8, 0),
        };
        first.drain(..mark);
        Ok(Self { input, encoding, pending: first, decoded: Vec::new(), given: 0 })
    }

    /// Reads on until something is decoded; nothing where the input has ended.
    fn decode(&mut self, big: bool) -> io::Result<()> {
        let mut chunk = [0; 16 << 10];
        self.given = 0;
        self.decoded.clear();
        loop {
            let count = self.input.read(&mut chunk)?;
            self.pending.extend_from_slice(&chunk[..count]);
            let pairs = self.pending.chunks_exact(2).map(|pair| [pair[0], pair[1]]);
            let mut units: Vec<u16> = pairs
                .map(|pair| if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
                .collect();
            // The second half of a character may not be there yet.
            if count > 0 && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
                units.pop();
            }
            self.pending.drain(..units.len() * 2);
            let chars = char::decode_utf16(units).map(|char| char.unwrap_or('\u{fffd}'));
            self.decoded.extend_from_slice(chars.collect::<String>().as_bytes());
            if count == 0 || !self.decoded.is_empty() {
                return Ok(());
            }
        }
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Encoding::Utf16 { big } = self.encoding else {
            if self.pending.is_empty() {
                return self.input.read(out);
            }
            let count = self.pending.len().min(out.len());
            out[..count].copy_from_slice(&self.pending[..count]);
            self.pending.drain(..count);
            return Ok(count);
        };
        if self.given == self.decoded.len() {
            self.decode(big)?;
        }
        let rest = &self.decoded[self.given..];
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::Decoder;

    fn decoded(mut bytes: &[u8]) -> String {
        let mut text = String::new();
        Decoder::new(&mut bytes).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn windows_files_are_read() {
        let text = "{\"a\": \"é\u{1f600}\"}";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", &little[..]].concat(),
            [b"\xfe\xff", &big[..]].concat(),
            little,
            big,
        ] {
            assert_eq!(decoded(&bytes), text);
        }
        for short in ["", "{", "{}", "[1]"] {
            assert_eq!(decoded(short.as_bytes()), short);
        }
    }

    #[test]
    fn packed_files_are_refused() {
        assert!(Decoder::new(&mut &b"\x1f\x8b\x08\x00"[..]).is_err());
    }
}
