//! [`Asker`]: questions to whoever sits at the terminal.

use std::io::{self, BufRead, IsTerminal as _, StderrLock, StdinLock, Write};

/// Asks on one side and reads the answers on the other.
#[derive(Debug)]
pub(super) struct Asker<R, W> {
    answers: R,
    questions: W,
}

/// The terminal, if somebody sits there. Questions go to standard error, so that what a command says
/// can be sent elsewhere.
pub(super) fn terminal() -> Option<Asker<StdinLock<'static>, StderrLock<'static>>> {
    let is_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    is_terminal.then(|| Asker::new(io::stdin().lock(), io::stderr().lock()))
}

impl<R: BufRead, W: Write> Asker<R, W> {
    pub(super) fn new(answers: R, questions: W) -> Self {
        Self { answers, questions }
    }

    /// Says something that is no question.
    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.questions, "{text}")
    }

    /// Whatever is answered, without blanks around it.
    pub(super) fn text(&mut self, question: &str) -> io::Result<String> {
        write!(self.questions, "{question} ")?;
        self.questions.flush()?;
        let mut answer = String::new();
        match self.answers.read_line(&mut answer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(answer.trim().to_owned()),
        }
    }

    /// Only what begins like yes is a yes.
    pub(super) fn yes(&mut self, question: &str) -> io::Result<bool> {
        let answer = self.text(&format!("{question} [y/N]"))?;
        Ok(matches!(&*answer.to_lowercase(), "y" | "yes"))
    }

    /// One of several, until it is one.
    pub(super) fn one_of(&mut self, question: &str, options: &[String]) -> io::Result<usize> {
        for (number, option) in (1..).zip(options) {
            self.say(&format!("  {number}  {option}"))?;
        }
        loop {
            let answer = self.text(question)?;
            let number = answer.parse::<usize>().ok();
            let place = number.and_then(|number| number.checked_sub(1));
            match place.filter(|place| *place < options.len()) {
                Some(place) => return Ok(place),
                None => self.say("Type one of the numbers above.")?,
            }
        }
    }

    /// Some of `count`, or all or none of them, until that is understood.
    pub(super) fn some_of(&mut self, question: &str, count: usize) -> io::Result<Vec<usize>> {
        loop {
            let answer = self.text(&format!("{question} [1,2 or 1-3 or all; nothing for none]"))?;
            match places(&answer, count) {
                Some(places) => return Ok(places),
                None => self.say("That is no list of the numbers above.")?,
            }
        }
    }
}

fn places(answer: &str, count: usize) -> Option<Vec<usize>> {
    if answer.eq_ignore_ascii_case("all") {
        return Some((0..count).collect());
    }
    let mut places = Vec::new();
    let parts = answer.split(|c: char| c == ',' || c.is_whitespace());
    for part in parts.filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if first == 0 || first > last || last > count {
            return None;
        }
        for place in first - 1..last {
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker(answers: &str) -> Asker<&[u8], Vec<u8>> {
        Asker::new(answers.as_bytes(), Vec::new())
    }

    #[test]
    fn lists_of_numbers_are_read_as_people_write_them() {
        for (answer, expected) in [
            ("", Some(vec![])),
            ("all", Some(vec![0, 1, 2, 3])),
            ("2", Some(vec![1])),
            ("1, 3-4 4", Some(vec![0, 2, 3])),
            ("0", None),
            ("5", None),
            ("3-2", None),
            ("1-", None),
            ("one", None),
        ] {
            assert_eq!(places(answer, 4), expected, "{answer}");
        }
    }

    #[test]
    fn a_question_is_asked_until_it_is_answered() {
        let mut asker = asker("3\nx\n2\nYes\n\n7\n1\n");
        let options = ["a".to_owned(), "b".to_owned()];
        assert_eq!(asker.one_of("Which?", &options).unwrap(), 1);
        assert!(asker.yes("Really?").unwrap());
        assert!(!asker.yes("Really?").unwrap());
        assert_eq!(asker.some_of("Which?", 2).unwrap(), [0]);
        let gone = asker.text("Still there?").unwrap_err();
        assert_eq!(gone.kind(), io::ErrorKind::UnexpectedEof);
    }
}
