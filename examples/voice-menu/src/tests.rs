use std::time::Duration;

use twilio_hooks::testing::{
    Failure,
    call::{Call, Caller},
};

use super::{Team, app};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const SALES: &str = "+12025550101";
const SUPPORT: &str = "+12025550102";

/// Somebody who calls with this token.
fn caller(token: &str) -> Caller {
    let team = Team {
        sales: SALES.to_owned(),
        support: SUPPORT.to_owned(),
    };
    let app = app("https://hooks.example.com", ACCOUNT, TOKEN, team).unwrap();
    Caller::new(app, "https://hooks.example.com/voice").account(ACCOUNT, token)
}

async fn call() -> Call {
    caller(TOKEN).call().await.unwrap()
}

#[tokio::test]
async fn keys_and_words_choose() -> Result<(), Failure> {
    for (key, words, number) in [
        ("1", "sales, please.", SALES),
        ("2", "I need SUPPORT", SUPPORT),
    ] {
        let mut by_key = call().await;
        by_key.hears("For sales, press 1").await?;
        by_key.presses(key).await?.is_connected_to(number).await?;

        let mut by_word = call().await;
        by_word.says(words).await?.is_connected_to(number).await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_not_understood_is_asked_again() -> Result<(), Failure> {
    let mut call = call().await;
    call.presses("9").await?.hears("did not understand").await?;
    call.hears("For sales, press 1").await?;
    call.says("Pizza!")
        .await?
        .hears("did not understand")
        .await?;
    call.presses("2").await?.is_connected_to(SUPPORT).await?;
    Ok(())
}

#[tokio::test]
async fn a_silent_caller_is_told_before_the_call_ends() -> Result<(), Failure> {
    let mut call = call().await;
    call.stays_silent().await?.hears("call again").await?;
    call.is_over().await?;
    Ok(())
}

#[tokio::test]
async fn a_caller_who_has_talked_is_done() -> Result<(), Failure> {
    let mut call = call().await;
    call.presses("1").await?.somebody_answers().await?;
    call.talks_for(Duration::from_secs(60)).await?;
    call.they_hang_up().await?.is_over().await?;
    assert!(
        !call
            .transcript()
            .heard()
            .any(|prompt| prompt.contains("message"))
    );
    Ok(())
}

#[tokio::test]
async fn a_caller_who_reached_nobody_may_leave_a_message() -> Result<(), Failure> {
    let mut call = call().await;
    call.presses("1").await?.nobody_answers().await?;
    call.hears("Please leave a message").await?;
    call.leaves_voicemail(Duration::from_secs(12)).await?;
    call.hears("We will call you back").await?.is_over().await?;
    Ok(())
}

#[tokio::test]
async fn a_caller_may_hang_up_after_the_message() -> Result<(), Failure> {
    let mut call = call().await;
    call.presses("2").await?.is_busy().await?;
    call.speaks_for(Duration::from_secs(5))
        .await?
        .hangs_up()
        .await?;
    assert_eq!(call.transcript().requests_to("/voice/recorded").count(), 1);
    Ok(())
}

#[tokio::test]
async fn a_stranger_is_refused() {
    let failure = caller("another token").call().await.unwrap_err();
    assert!(failure.message.contains("403"), "{failure}");
}
