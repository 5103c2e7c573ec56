//! Tells Rust's code from its comments and strings, as far as the rules need it.

/// A file's code and its comments, each with the line breaks of the whole, and blanks where the other stands.
#[derive(Default)]
pub(crate) struct Lexed {
    /// Without comments, and with nothing in strings.
    pub(crate) code: String,
    /// The comments.
    pub(crate) comments: String,
}

/// What the reader is in.
enum State {
    Code,
    LineComment,
    /// So many deep.
    BlockComment(usize),
    Text,
    /// With so many hashes.
    RawText(usize),
}

/// Reads a file.
pub(crate) fn lex(text: &str) -> Lexed {
    let chars: Vec<char> = text.chars().collect();
    let (mut lexed, mut state, mut at) = (Lexed::default(), State::Code, 0);
    let is = |at: usize, what: &str| what.chars().enumerate().all(|(offset, char)| chars.get(at + offset) == Some(&char));
    while let Some(&char) = chars.get(at) {
        let mut taken = 1;
        let comment = match state {
            State::Code if is(at, "//") => {
                state = State::LineComment;
                true
            }
            State::Code if is(at, "/*") => {
                (state, taken) = (State::BlockComment(1), 2);
                true
            }
            State::Code => {
                let word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
                if let Some((hashes, length)) = raw_text(&chars[at..]).filter(|_| !word) {
                    (state, taken) = (State::RawText(hashes), length);
                } else if char == '"' {
                    state = State::Text;
                } else if char == '\'' {
                    taken = character(&chars[at..]);
                }
                false
            }
            State::LineComment if char == '\n' => {
                state = State::Code;
                false
            }
            State::LineComment => true,
            State::BlockComment(depth) => {
                if is(at, "*/") {
                    taken = 2;
                    state = if depth == 1 { State::Code } else { State::BlockComment(depth - 1) };
                } else if is(at, "/*") {
                    (state, taken) = (State::BlockComment(depth + 1), 2);
                }
                true
            }
            State::Text => {
                match char {
                    '"' => state = State::Code,
                    '\\' => taken = 2,
                    _ => {}
                }
                blank(&mut lexed, &chars[at..(at + taken).min(chars.len())], char == '"');
                at += taken;
                continue;
            }
            State::RawText(hashes) => {
                let ends = char == '"' && (0..hashes).all(|offset| chars.get(at + 1 + offset) == Some(&'#'));
                if ends {
                    (state, taken) = (State::Code, hashes + 1);
                }
                blank(&mut lexed, &chars[at..(at + taken).min(chars.len())], ends);
                at += taken;
                continue;
            }
        };
        for char in &chars[at..(at + taken).min(chars.len())] {
            let hidden = if *char == '\n' { '\n' } else { ' ' };
            lexed.code.push(if comment { hidden } else { *char });
            lexed.comments.push(if comment { *char } else { hidden });
        }
        at += taken;
    }
    lexed
}

/// What stands in a string: only its end and its line breaks show in the code.
fn blank(lexed: &mut Lexed, chars: &[char], end: bool) {
    for char in chars {
        let hidden = if *char == '\n' { '\n' } else { ' ' };
        lexed.code.push(if end { *char } else { hidden });
        lexed.comments.push(hidden);
    }
}

/// How many hashes a raw string that begins here has, and how long its beginning is.
fn raw_text(chars: &[char]) -> Option<(usize, usize)> {
    let prefix = match chars {
        ['b' | 'c', 'r', ..] => 2,
        ['r', ..] => 1,
        _ => return None,
    };
    let hashes = chars[prefix..].iter().take_while(|char| **char == '#').count();
    (chars.get(prefix + hashes) == Some(&'"')).then_some((hashes, prefix + hashes + 1))
}

/// How long the character literal is that begins here; 1 if it is a lifetime.
fn character(chars: &[char]) -> usize {
    match chars {
        ['\'', '\\', _, rest @ ..] => 3 + rest.iter().position(|char| *char == '\'').map_or(0, |end| end + 1),
        ['\'', _, '\'', ..] => 3,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_not_code() {
        let lexed = lex("let a = \"x // y\"; // todo\nlet b = 'c'; /* one /* two */ */ let d = r#\"e \"f\" \"#;\n");
        let code: Vec<_> = lexed.code.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(code, ["let a = \" \";", "let b = 'c'; let d = r#\" \"#;"]);
        assert_eq!(lexed.comments.lines().map(str::trim).collect::<Vec<_>>(), ["// todo", "/* one /* two */ */"]);
    }

    #[test]
    fn quotes_in_characters_and_escapes_end_nothing() {
        let lexed = lex("('\"', '\\'', \"\\\"\", 'a: loop, &'static str) // end");
        assert!(lexed.code.starts_with("('\"', '\\'', \"  \", 'a: loop, &'static str) "));
        assert_eq!(lexed.comments.trim(), "// end");
    }

    #[test]
    fn lines_stay_where_they_are() {
        let text = "a\n\"b\nc\"\n/* d\ne */\nf";
        let lexed = lex(text);
        assert_eq!(lexed.code.matches('\n').count(), text.matches('\n').count());
        assert_eq!(lexed.comments.matches('\n').count(), text.matches('\n').count());
        assert_eq!(lexed.code.lines().last(), Some("f"));
    }
}
