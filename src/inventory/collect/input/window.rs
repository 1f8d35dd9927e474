//! A window that slides over a text of any length.

use std::io::ErrorKind;
use std::io::Read;

use super::fault::Fault;

/// How much is asked of the input at once.
const CHUNK: usize = 256 << 10;

/// The largest object: ten times what etcd takes (1.5 MiB), and a bound on memory.
pub(super) const LARGEST: usize = 16 << 20;

/// The part of a text that is looked at. It begins where the last object ended, and grows until the
/// next one is whole.
pub(super) struct Window<'r> {
    input: &'r mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    line: usize,
    ended: bool,
}

impl<'r> Window<'r> {
    pub(super) fn new(input: &'r mut dyn Read) -> Self {
        Self::at(input, 1)
    }

    /// A window over the part of a text that begins in this line.
    pub(super) fn at(input: &'r mut dyn Read, line: usize) -> Self {
        Self { input, buffer: Vec::new(), start: 0, end: 0, line, ended: false }
    }

    /// What is in the window.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// The number of the line in which the window begins.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The line of a place in the window.
    pub(super) fn line_at(&self, at: usize) -> usize {
        let upto = &self.bytes()[..at.min(self.bytes().len())];
        self.line + memchr::memchr_iter(b'\n', upto).count()
    }

    /// Makes the window larger; false where the text has ended.
    pub(super) fn more(&mut self) -> Result<bool, Fault> {
        if self.ended {
            return Ok(false);
        }
        if self.end == self.buffer.len() && self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            if self.end >= LARGEST {
                return Err(Fault::TooLarge { line: self.line });
            }
            let size = (self.buffer.len() * 2).clamp(CHUNK, LARGEST);
            self.buffer.resize(size, 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Fault::Input(error.to_string())),
            }
            return Ok(!self.ended);
        }
    }

    /// Moves the window on.
    pub(super) fn consume(&mut self, count: usize) {
        self.line = self.line_at(count);
        self.start += count;
    }

    /// The first byte, unless the text has ended.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, Fault> {
        while self.bytes().is_empty() {
            if !self.more()? {
                return Ok(None);
            }
        }
        Ok(self.bytes().first().copied())
    }

    /// Moves on to what is not white space.
    pub(super) fn skip_blank(&mut self) -> Result<(), Fault> {
        loop {
            let bytes = self.bytes();
            let blank = bytes.iter().position(|byte| !b" \t\r\n".contains(byte));
            let all = bytes.len();
            self.consume(blank.unwrap_or(all));
            if blank.is_some() || !self.more()? {
                return Ok(());
            }
        }
    }

    /// Whether the window begins with these bytes.
    pub(super) fn starts_with(&mut self, start: &str) -> Result<bool, Fault> {
        while self.bytes().len() < start.len() {
            if !self.more()? {
                return Ok(false);
            }
        }
        Ok(self.bytes().starts_with(start.as_bytes()))
    }

    /// The length of the first line with its end; `None` where the text has ended.
    pub(super) fn line_length(&mut self) -> Result<Option<usize>, Fault> {
        let mut at = 0;
        loop {
            if let Some(found) = memchr::memchr(b'\n', &self.bytes()[at..]) {
                return Ok(Some(at + found + 1));
            }
            at = self.bytes().len();
            if !self.more()? {
                return Ok(if at == 0 { None } else { Some(at) });
            }
        }
    }
}
