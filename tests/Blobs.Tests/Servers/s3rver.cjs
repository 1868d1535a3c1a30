// s3rver, brought closer to what S3 promises where the tests depend on it: an object appears whole or not at all, bodies are compared with the checksum
// that came with them, and multipart uploads can be listed and aborted.
// node s3rver.cjs TOOLS FOLDER BUCKET: prints the port it took.
'use strict';
const [tools, folder, bucket] = process.argv.slice(2);
const from = name => require(`${tools}/node_modules/${name}`);
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { Readable, Transform } = require('stream');
const { pipeline } = require('stream/promises');
const S3rver = from('s3rver');
const S3Error = from('s3rver/lib/models/error');
const Store = from('s3rver/lib/stores/filesystem').prototype;

const unfinished = path.join(folder, 'unfinished');
const uploads = path.join(folder, bucket, '._S3rver_uploads');

// Receives a body into a file of its own; the file gets its name when all of it is there and right.
async function receive(content, target) {
  const headers = content.headers || {};
  const temporary = path.join(unfinished, crypto.randomUUID());
  const md5 = crypto.createHash('md5');
  const sha256 = crypto.createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(chunk, _, done) {
      md5.update(chunk);
      sha256.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(Buffer.isBuffer(content) ? Readable.from([content]) : content, measure, fs.createWriteStream(temporary));
  const [hex, base64] = [md5.copy().digest('hex'), md5.digest('base64')];
  const wrong = (name, actual) => headers[name] !== undefined && headers[name] !== actual;
  if (wrong('content-length', String(size))) throw new S3Error('IncompleteBody', 'The body is not as long as announced.');
  if (wrong('content-md5', base64) || wrong('x-amz-checksum-sha256', sha256.digest('base64'))) {
    throw new S3Error('BadDigest', 'The checksum you specified did not match the calculated checksum.');
  }
  await fs.promises.mkdir(path.dirname(target), { recursive: true });
  await fs.promises.rename(temporary, target);
  return { size, md5: hex };
}

Store.putObject = async function (object) {
  const received = await receive(object.content, this.getResourcePath(object.bucket, object.key, 'object'));
  await this.putMetadata(object.bucket, object.key, object.metadata, received.md5);
  return received;
};

Store.putPart = async function (_, uploadId, partNumber, content) {
  if (!fs.existsSync(path.join(uploads, uploadId))) throw new S3Error('NoSuchUpload', 'The specified upload does not exist.');
  return receive(content, path.join(uploads, uploadId, String(partNumber)));
};

const putObjectMultipart = Store.putObjectMultipart;
Store.putObjectMultipart = async function (bucketName, uploadId, parts) {
  if (!fs.existsSync(path.join(uploads, uploadId))) throw new S3Error('NoSuchUpload', 'The specified upload does not exist.');
  return putObjectMultipart.call(this, bucketName, uploadId, parts);
};

// The folders stay: removing them takes them from under a write to the same folder.
Store.deleteObject = async function (bucketName, key) {
  for (const kind of ['object', 'object.md5', 'metadata.json']) {
    await fs.promises.rm(this.getResourcePath(bucketName, key, kind), { force: true });
  }
};

async function multipart(ctx, next) {
  const id = ctx.query.uploadId;
  if (ctx.method === 'DELETE' && id) {
    const known = fs.existsSync(path.join(uploads, id));
    if (known) await fs.promises.rm(path.join(uploads, id), { recursive: true });
    ctx.type = 'application/xml';
    ctx.body = known ? null : '<Error><Code>NoSuchUpload</Code><Message>The specified upload does not exist.</Message></Error>';
    ctx.status = known ? 204 : 404;
  } else if (ctx.method === 'GET' && 'uploads' in ctx.query) {
    const found = fs.existsSync(uploads) ? fs.readdirSync(uploads) : [];
    const entry = name => {
      const key = fs.readFileSync(path.join(uploads, name, 'key'), 'utf8');
      const begun = fs.statSync(path.join(uploads, name, 'key')).mtime.toISOString();
      return key.startsWith(ctx.query.prefix || '') ? `<Upload><Key>${key}</Key><UploadId>${name}</UploadId><Initiated>${begun}</Initiated></Upload>` : '';
    };
    ctx.type = 'application/xml';
    ctx.body = `<ListMultipartUploadsResult><Bucket>${bucket}</Bucket><IsTruncated>false</IsTruncated>${found.map(entry).join('')}</ListMultipartUploadsResult>`;
  } else {
    await next();
  }
}

fs.mkdirSync(unfinished, { recursive: true });
const server = new S3rver({ directory: folder, address: '127.0.0.1', port: 0, silent: true, configureBuckets: [{ name: bucket }] });
server.middleware.unshift(multipart);
server.run().then(({ port }) => console.log(`listening at http://127.0.0.1:${port}`));
