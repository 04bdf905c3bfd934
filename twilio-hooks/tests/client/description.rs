//! What the fake answers against Twilio's own description of its API: no field is missing, none is
//! made up, and each has a value that is described.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy, rt::TokioExecutor};
use serde_json::Value;
use twilio_hooks::{
    client::{CreateApplication, CreateCall, CreateMessagingService, ListCalls},
    testing::{FakeTwilio, MessageFate},
};

use crate::{THEM, US, fake, hello};

/// A fake with one of everything, and where that is.
async fn full() -> (FakeTwilio, Vec<(&'static str, String)>) {
    let fake = fake().await;
    let twilio = fake.client();
    fake.set_message_fate(THEM, MessageFate::Undelivered(30003));
    let message = twilio.messages().create(hello()).await.unwrap().sid;
    let media = fake.add_media(&message, "image/png", "a picture");
    let call = CreateCall::new(THEM, US).twiml("<Response/>").record(true);
    let call = twilio.calls().create(call).await.unwrap().sid;
    fake.settle().await;
    let recording = fake.recordings()[0].sid.clone();
    let application = CreateApplication::new().friendly_name("Menu");
    let application = twilio.applications().create(application).await.unwrap().sid;
    let service = CreateMessagingService::new("Notices");
    let service = twilio
        .messaging_services()
        .create(service)
        .await
        .unwrap()
        .sid;
    let number = fake.phone_numbers()[0].sid.clone();
    let services = twilio.messaging_services();
    services.add_phone_number(&service, &number).await.unwrap();
    let legs = twilio.calls().list(ListCalls::new()).all().await.unwrap();
    assert_eq!(legs.len(), 1);
    let account = fake.account_sid().to_string();
    let places = vec![
        ("/Accounts/{Sid}.json", account.clone()),
        ("{AccountSid}", account),
        ("{MessageSid}", message.to_string()),
        ("{CallSid}", call.to_string()),
        ("{ServiceSid}", service.to_string()),
        ("/Messages/{Sid}.json", message.to_string()),
        ("/Media/{Sid}.json", media.to_string()),
        ("/Calls/{Sid}.json", call.to_string()),
        ("/Recordings/{Sid}.json", recording.to_string()),
        ("/IncomingPhoneNumbers/{Sid}.json", number.to_string()),
        ("/Applications/{Sid}.json", application.to_string()),
        ("/Services/{Sid}", service.to_string()),
    ];
    (fake, places)
}

async fn get(fake: &FakeTwilio, path: &str) -> Value {
    let credentials = format!("{}:{}", fake.account_sid(), fake.auth_token());
    let request = Request::builder()
        .method(Method::GET)
        .uri(format!("{}{path}", fake.base_url()))
        .header(
            "authorization",
            format!("Basic {}", BASE64_STANDARD.encode(credentials)),
        )
        .body(Full::<Bytes>::default())
        .unwrap();
    let client = legacy::Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}

/// What is wrong with a value, in sentences; and how many fields it has.
fn compare(name: &str, value: &Value, schema: &Value, amiss: &mut Vec<String>) -> usize {
    if let Some(values) = schema["enum"].as_array()
        && !value.is_null()
        && !values.contains(value)
    {
        amiss.push(format!("{name} is {value}"));
    }
    let right = match schema["type"].as_str() {
        _ if value.is_null() => true,
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        _ => true,
    };
    if !right {
        amiss.push(format!("{name} has the wrong type: {value}"));
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        assert!(!values.is_empty(), "{name} is empty");
        return compare(name, &values[0], items, amiss);
    }
    let (Some(properties), Some(object)) = (schema["properties"].as_object(), value.as_object())
    else {
        return 1;
    };
    for field in object
        .keys()
        .filter(|field| !properties.contains_key(*field))
    {
        amiss.push(format!("{name}.{field} is made up"));
    }
    let mut fields = 0;
    for (field, schema) in properties {
        let name = format!("{name}.{field}");
        match object.get(field) {
            Some(value) => fields += compare(&name, value, schema, amiss),
            None => amiss.push(format!("{name} is missing")),
        }
    }
    fields
}

#[tokio::test]
#[allow(clippy::print_stdout, reason = "it tells how much it has compared")]
async fn the_fake_answers_what_is_described() {
    let (fake, places) = full().await;
    let description: Value = serde_json::from_str(include_str!("../fixtures/rest.json")).unwrap();
    let (mut answers, mut fields, mut amiss) = (0, 0, Vec::new());
    for (endpoint, description) in description["endpoints"].as_object().unwrap() {
        let operation = description["operation"].as_str().unwrap();
        let Some(path) = endpoint.strip_prefix("GET ") else {
            continue;
        };
        let path = places.iter().fold(path.to_owned(), |path, (place, sid)| {
            let filled = place.replace(
                &place[place.find('{').unwrap()..=place.find('}').unwrap()],
                sid,
            );
            path.replace(place, &filled)
        });
        let answer = get(&fake, &path).await;
        let schema = &description["responses"]["200"];
        answers += 1;
        fields += compare(operation, &answer, schema, &mut amiss);
    }
    println!("{answers} answers, {fields} fields");
    assert!(amiss.is_empty(), "{}", amiss.join("\n"));
    assert!(answers > 17 && fields > 400, "{answers}, {fields}");
}
