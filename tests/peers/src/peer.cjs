// Twilio's Node package as a contestant. Reads lines, answers each with a line: first the inputs,
// then `<task> <times>`, answered with nanoseconds.

const querystring = require('node:querystring');
const readline = require('node:readline');
const twilio = require('twilio');
const { version } = require('twilio/package.json');

let inputs;

function signature(given = inputs.signature) {
  return twilio.validateRequest(inputs.token, given, inputs.url, querystring.parse(inputs.body));
}

function twiml() {
  const { values } = inputs;
  const response = new twilio.twiml.VoiceResponse();
  response.say({ voice: values.voice }, values.greeting);
  const gather = response.gather({ action: values.action, method: 'POST', numDigits: 1, timeout: 10 });
  gather.say({ voice: values.voice }, values.prompt);
  response.play(values.music);
  response.redirect(values.next);
  response.hangup();
  return response.toString();
}

const tasks = { signature: () => signature(), twiml };

function timed(task, times) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < times; i++) task();
  return process.hrtime.bigint() - start;
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  if (!inputs) {
    inputs = JSON.parse(line);
    console.log(JSON.stringify({
      name: `twilio ${version} (Node ${process.versions.node})`,
      verdicts: [signature(), signature(inputs.wrong_signature)],
      document: twiml(),
    }));
    return;
  }
  const [name, times] = line.split(' ');
  console.log(String(timed(tasks[name], Number(times))));
});
