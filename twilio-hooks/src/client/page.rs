//! [`Pages`]: lists that come in pages.

use std::{
    collections::VecDeque,
    fmt,
    future::{Future, poll_fn},
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::{Stream, stream::FusedStream};
use http::Uri;
use serde_json::{Map, Value};

use super::{
    Client, ClientError, ClientErrorKind,
    hosts::Product,
    macros::{FromObject, Pairs, Resource},
    request::{ApiRequest, with_query},
};

/// A list of Twilio's, read page by page as far as it is wanted.
///
/// It is a stream of items; [`next`](Self::next) does without a stream library. The link to the next
/// page is followed on the host that gave it only. After an error the list ends.
///
/// Twilio sorts most lists from the newest to the oldest. What is created meanwhile is not shown.
///
/// # Examples
/// ```
/// use twilio_hooks::client::{Client, ClientError, ListMessages};
///
/// async fn failed_messages(twilio: &Client) -> Result<usize, ClientError> {
///     let mut messages = twilio.messages().list(ListMessages::new().page_size(200));
///     let mut failed = 0;
///     while let Some(message) = messages.next().await {
///         failed += usize::from(message?.error_code.is_some());
///     }
///     Ok(failed)
/// }
/// ```
#[must_use = "a list does nothing until it is read"]
pub struct Pages<T> {
    client: Client,
    product: Product,
    key: &'static str,
    path: String,
    items: VecDeque<T>,
    state: State<T>,
}

type Fetching<T> = Pin<Box<dyn Future<Output = Result<Page<T>, ClientError>> + Send>>;

enum State<T> {
    /// The page at this path and query comes next.
    Next(Result<String, ClientError>),
    Fetching(Fetching<T>),
    Done,
}

struct Page<T> {
    items: VecDeque<T>,
    next: Option<String>,
}

impl<T: Resource> Pages<T> {
    /// A list at `path` (or the reason why there is no path) whose items are at `key` of a page.
    pub(super) fn new(
        client: Client,
        product: Product,
        key: &'static str,
        path: Result<String, ClientError>,
        query: Pairs,
    ) -> Self {
        let (path, first) = match path {
            Ok(path) => {
                let first = with_query(&path, query);
                (path, Ok(first))
            }
            Err(error) => (String::new(), Err(error)),
        };
        Self {
            client,
            product,
            key,
            path,
            items: VecDeque::new(),
            state: State::Next(first),
        }
    }

    /// The next item, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T, ClientError>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// All items of all pages.
    ///
    /// The list of the messages of a busy account is very long: set a filter first.
    ///
    /// # Errors
    /// If a page can't be read; see [`ClientError`].
    pub async fn all(mut self) -> Result<Vec<T>, ClientError> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, ClientError>>> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match mem::replace(&mut self.state, State::Done) {
                State::Done => return Poll::Ready(None),
                State::Next(Err(error)) => return Poll::Ready(Some(Err(error))),
                State::Next(Ok(path_and_query)) => {
                    self.state = State::Fetching(self.fetch(path_and_query));
                }
                State::Fetching(mut fetching) => match fetching.as_mut().poll(cx) {
                    Poll::Pending => {
                        self.state = State::Fetching(fetching);
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready(Ok(page)) => {
                        self.items = page.items;
                        if let Some(next) = page.next {
                            self.state = State::Next(Ok(next));
                        }
                    }
                },
            }
        }
    }

    fn fetch(&self, path_and_query: String) -> Fetching<T> {
        let (client, product, key) = (self.client.clone(), self.product, self.key);
        let path = self.path.clone();
        Box::pin(async move {
            let request = ApiRequest::get(product, path_and_query);
            let (object, attempts) = client.object(&request).await?;
            let next = next_link(&object)
                .map(|link| same_list(&client, product, &path, link))
                .transpose()
                .and_then(|next| match next {
                    Some(next) if next == request.path_and_query => Err("a page follows itself"),
                    next => Ok(next),
                });
            let page = next.and_then(|next| {
                Ok(Page {
                    items: items(object, key)?,
                    next,
                })
            });
            page.map_err(|reason| {
                ClientError::because(ClientErrorKind::Decode, reason).after(attempts, false)
            })
        })
    }
}

/// The link to the next page, which is in one of two places.
fn next_link(page: &Map<String, Value>) -> Option<&str> {
    page.get("next_page_uri")
        .or_else(|| page.get("meta")?.get("next_page_url"))
        .and_then(Value::as_str)
        .filter(|link| !link.is_empty())
}

/// The path and query of a link, if it leads to the same list on the same host.
fn same_list(
    client: &Client,
    product: Product,
    path: &str,
    link: &str,
) -> Result<String, &'static str> {
    // Twilio's filters have names such as `DateSent>`, which no URL may have as they are.
    let link: Uri = link
        .replace('<', "%3C")
        .replace('>', "%3E")
        .replace(' ', "%20")
        .parse()
        .map_err(|_| "the link to the next page is no URL")?;
    if !client.inner.hosts.is_own(product, &link) {
        return Err("the next page is on another host");
    }
    if link.path() != path {
        return Err("the next page is of another list");
    }
    Ok(link
        .path_and_query()
        .map(ToString::to_string)
        .unwrap_or_default())
}

fn items<T: FromObject>(
    mut page: Map<String, Value>,
    key: &'static str,
) -> Result<VecDeque<T>, &'static str> {
    let Some(Value::Array(items)) = page.remove(key) else {
        return Err(key);
    };
    items
        .into_iter()
        .map(|item| match item {
            Value::Object(object) => T::from_object(object),
            _ => Err(key),
        })
        .collect()
}

// No part of it is pinned: what is being fetched is in a box.
impl<T> Unpin for Pages<T> {}

impl<T: Resource> Stream for Pages<T> {
    type Item = Result<T, ClientError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.items.len(), None)
    }
}

impl<T: Resource> FusedStream for Pages<T> {
    fn is_terminated(&self) -> bool {
        self.items.is_empty() && matches!(self.state, State::Done)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("key", &self.key)
            .field("waiting", &self.items.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::client::Credentials;

    const PATH: &str = "/2010-04-01/Accounts/AC1/Messages.json";

    #[test]
    fn a_link_leads_to_the_same_list_on_the_same_host_only() {
        let client = Client::new(Credentials::auth_token("AC1", "secret"));
        let follow = |link: &str| same_list(&client, Product::Api, PATH, link);
        let next = format!("{PATH}?Page=1&PageToken=PA1");
        assert_eq!(follow(&next).as_ref(), Ok(&next));
        assert_eq!(
            follow(&format!("https://api.twilio.com{next}")),
            Ok(next.clone())
        );
        assert_eq!(
            follow(&format!("{PATH}?DateSent>=2026-11-05&Page=1")),
            Ok(format!("{PATH}?DateSent%3E=2026-11-05&Page=1"))
        );
        for strange in [
            format!("https://example.com{next}"),
            format!("http://api.twilio.com{next}"),
            format!("https://api.twilio.com@example.com{next}"),
            format!("//example.com{next}"),
            "/2010-04-01/Accounts/AC2/Messages.json?Page=1".to_owned(),
            "?Page=1".to_owned(),
            "\u{0}".to_owned(),
        ] {
            assert!(follow(&strange).is_err(), "{strange}");
        }
    }

    #[test]
    fn the_link_is_in_one_of_two_places() {
        let link = |page: Value| next_link(page.as_object().unwrap()).map(str::to_owned);
        assert_eq!(link(json!({"next_page_uri": "/a"})).as_deref(), Some("/a"));
        let newer = json!({"meta": {"next_page_url": "https://x/a"}});
        assert_eq!(link(newer).as_deref(), Some("https://x/a"));
        for last in [
            json!({"next_page_uri": null}),
            json!({"next_page_uri": ""}),
            json!({"meta": {"next_page_url": null}}),
            json!({}),
        ] {
            assert_eq!(link(last), None);
        }
    }
}
