//! HTML of a page of the guide.
//!
//! Markup in the Markdown is shown as text. Headings have the ids that GitHub gives them, so that a link
//! works in both places. Links to other pages lead to them; of files in the repository, which a server
//! does not have, the path is shown.

use std::collections::HashMap;
#[cfg(test)]
use std::collections::HashSet;

use pulldown_cmark::{Alignment, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::book;

/// Where the guide is in the repository.
const DIRECTORY: &str = "examples/crm/guide";

/// A page.
pub(super) struct Rendered {
    pub(super) html: String,
    pub(super) headings: Vec<Heading>,
}

/// A heading, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) level: usize,
    pub(super) id: String,
    pub(super) text: String,
}

fn parse(markdown: &str) -> Vec<Event<'_>> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES).collect()
}

pub(super) fn render(markdown: &str) -> Rendered {
    let events = parse(markdown);
    let headings = headings(&events);
    let mut ids = headings.iter();
    // What a table or a sample is about: the heading above it.
    let mut about = "";
    let mut written = Vec::with_capacity(events.len());
    // The paths of files whose names are being written.
    let mut paths = Vec::new();
    for event in events {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let heading = ids.next();
                about = heading.map_or("", |it| it.text.as_str());
                let id = heading.map(|it| CowStr::from(it.id.clone()));
                let (classes, attrs) = (Vec::new(), Vec::new());
                written.push(Event::Start(Tag::Heading {
                    level,
                    id,
                    classes,
                    attrs,
                }));
            }
            // An alignment would be a style in the page.
            Event::Start(Tag::Table(columns)) => {
                written.push(scrolled("table", about));
                let columns = vec![Alignment::None; columns.len()];
                written.push(Event::Start(Tag::Table(columns)));
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                written.push(scrolled("sample", about));
                written.push(Event::Start(Tag::CodeBlock(kind)));
            }
            Event::End(TagEnd::Table | TagEnd::CodeBlock) => {
                written.push(event);
                written.push(Event::Html("</div>\n".into()));
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => match target(&dest_url) {
                Target::Address(address) => {
                    let dest_url = address.into();
                    written.push(Event::Start(Tag::Link {
                        link_type,
                        dest_url,
                        title,
                        id,
                    }));
                    paths.push(None);
                }
                Target::File(path) => paths.push(Some(path)),
            },
            Event::End(TagEnd::Link) => match paths.pop().flatten() {
                None => written.push(Event::End(TagEnd::Link)),
                Some(path) => {
                    written.push(Event::Text(" (".into()));
                    written.push(Event::Code(path.into()));
                    written.push(Event::Text(")".into()));
                }
            },
            // Nothing is markup but what Markdown makes.
            Event::Html(text) | Event::InlineHtml(text) => written.push(Event::Text(text)),
            Event::Start(Tag::HtmlBlock) => written.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => written.push(Event::End(TagEnd::Paragraph)),
            event => written.push(event),
        }
    }
    let mut html = String::new();
    html::push_html(&mut html, written.into_iter());
    Rendered { html, headings }
}

/// The beginning of what may be wider than the page: it scrolls by itself, also by keyboard.
fn scrolled(kind: &str, about: &str) -> Event<'static> {
    let mut label = String::new();
    html::push_html(
        &mut label,
        std::iter::once(Event::Text(about.to_owned().into())),
    );
    let label = label.replace('"', "&quot;");
    Event::Html(format!("<div class=\"guide-{kind}\" tabindex=\"0\" role=\"group\" aria-label=\"{label}: {kind}\">\n").into())
}

/// What a link leads to.
enum Target {
    /// For a browser.
    Address(String),
    /// In the repository, from its top.
    File(String),
}

fn target(link: &str) -> Target {
    if link.starts_with('#') || link.contains("://") {
        return Target::Address(link.to_owned());
    }
    match book::address(link) {
        Some(address) => Target::Address(address),
        None => Target::File(from_top(link)),
    }
}

/// The path of a file that is named as seen from the guide.
fn from_top(link: &str) -> String {
    let mut path: Vec<_> = DIRECTORY.split('/').collect();
    for part in link.split('#').next().unwrap_or_default().split('/') {
        match part {
            ".." => drop(path.pop()),
            "." | "" => {}
            part => path.push(part),
        }
    }
    path.join("/")
}

fn headings(events: &[Event<'_>]) -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    let mut used = HashMap::new();
    let mut open = false;
    for event in events {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                open = true;
                let (level, id, text) = (*level as usize, String::new(), String::new());
                headings.push(Heading { level, id, text });
            }
            Event::End(TagEnd::Heading(_)) => {
                open = false;
                if let Some(heading) = headings.last_mut() {
                    heading.id = id(&heading.text, &mut used);
                }
            }
            Event::Text(text) | Event::Code(text) if open => {
                if let Some(heading) = headings.last_mut() {
                    heading.text += text;
                }
            }
            _ => {}
        }
    }
    headings
}

/// The id that GitHub gives a heading: small letters, hyphens for blanks, no punctuation, and a number if
/// it is there already.
fn id(text: &str, used: &mut HashMap<String, usize>) -> String {
    let letters = text.to_lowercase();
    let kept = letters.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c => c.is_alphanumeric().then_some(c),
    });
    let id: String = kept.collect();
    let times = used.entry(id.clone()).or_insert(0);
    *times += 1;
    match *times {
        1 => id,
        times => format!("{id}-{}", times - 1),
    }
}

/// All that a file links to, as it is written there.
#[cfg(test)]
pub(super) fn links(markdown: &str) -> Vec<String> {
    let links = parse(markdown).into_iter().filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some(dest_url.into_string())
        }
        _ => None,
    });
    links.collect()
}

/// The places in a file that a link can lead to.
#[cfg(test)]
pub(super) fn anchors(markdown: &str) -> HashSet<String> {
    headings(&parse(markdown))
        .into_iter()
        .map(|it| it.id)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_markdown_is_text() {
        for markdown in [
            "<script>alert(1)</script>",
            "a <b onclick=x>word</b>",
            "<div>\n\n*a*\n\n</div>",
        ] {
            let html = render(markdown).html;
            for tag in ["<script", "<b", "<div"] {
                assert!(!html.contains(tag), "{html}");
            }
            assert!(html.contains("&lt;"), "{html}");
        }
    }

    #[test]
    fn headings_have_the_ids_of_github() {
        let markdown = "# A `crm doctor` run\n## What's new?\n## Texts, and calls (2)\n## snake_case & more\n## What's new?\n";
        let ids: Vec<_> = render(markdown)
            .headings
            .into_iter()
            .map(|it| it.id)
            .collect();
        assert_eq!(
            ids,
            [
                "a-crm-doctor-run",
                "whats-new",
                "texts-and-calls-2",
                "snake_case--more",
                "whats-new-1"
            ]
        );
        assert!(render("## Why?").html.contains("<h2 id=\"why\">Why?</h2>"));
    }

    #[test]
    fn links_lead_to_pages_and_name_the_files_of_the_repository() {
        for (link, shown) in [
            ("[a](start.md)", "<a href=\"/guide/start\">a</a>"),
            ("[a](start.md#next)", "<a href=\"/guide/start#next\">a</a>"),
            ("[a](README.md#words)", "<a href=\"/guide#words\">a</a>"),
            ("[a](#here)", "<a href=\"#here\">a</a>"),
            (
                "[a](https://example.com/)",
                "<a href=\"https://example.com/\">a</a>",
            ),
            (
                "[a](../deploy/nginx.conf)",
                "a (<code>examples/crm/deploy/nginx.conf</code>)",
            ),
            ("[a](../../../README.md#x)", "a (<code>README.md</code>)"),
        ] {
            assert_eq!(render(link).html, format!("<p>{shown}</p>\n"));
        }
    }

    #[test]
    fn what_is_wide_scrolls_and_no_style_is_in_the_page() {
        let html = render("# A \"b\"\n\n| a |\n|--:|\n| b |\n\n```sh\nls\n```\n").html;
        assert!(!html.contains("style"), "{html}");
        assert_eq!(html.matches("tabindex=\"0\"").count(), 2);
        assert!(
            html.contains("aria-label=\"A &quot;b&quot;: table\""),
            "{html}"
        );
    }
}
