// Has a request checked by the library that the argument names, or by the documentation's example, and says the outcome.
import { text } from 'node:stream/consumers';
import { Webhook as Standard } from 'standardwebhooks';
import { Webhook as Svix } from 'svix';
import { verify } from '../../docs/examples/receive.mjs';

const programs = {
  standardwebhooks: (secret, body, headers) => new Standard(secret).verify(body, headers),
  svix: (secret, body, headers) => new Svix(secret).verify(body, headers),
  example: (secret, body, headers) => verify([secret], body, headers),
};

const { secret, body, headers } = JSON.parse(await text(process.stdin));
try {
  programs[process.argv[2]](secret, body, headers);
  console.log('verified');
} catch {
  console.log('refused');
}
