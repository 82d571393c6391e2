import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import { tmpdir } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import type { ExecAction, HttpAction } from '../../model/step.ts'
import { runProgram, sendRequest } from './outside.ts'

const never = new AbortController().signal

const exec = (fields: Partial<ExecAction>): ExecAction => ({
  kind: 'exec',
  command: ['true'],
  exit: 0,
  timeoutRealSeconds: 20,
  ...fields,
})

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${portOf(server)}/`
}

const http = (fields: Partial<HttpAction> & { readonly url: string }): HttpAction => ({
  kind: 'http',
  method: 'GET',
  headers: {},
  timeoutRealSeconds: 20,
  ...fields,
})

test('a program runs without a shell, in the folder that is named, and what it says is kept', async () => {
  const said = await runProgram(
    exec({ command: ['sh', '-c', 'echo "$PWD $0"; echo oh >&2', '$(no shell)'], directory: tmpdir() }),
    never,
  )
  expect(said).toEqual({ exit: 0, stdout: `${tmpdir()} $(no shell)\n`, stderr: 'oh\n' })
})

test('another status than expected is an error with the last that was said', async () => {
  await expect(runProgram(exec({ command: ['sh', '-c', 'echo no space >&2; exit 3'] }), never)).rejects.toThrow(
    'exec: Expected sh to end with status 0, got 3. It said: no space',
  )
  await expect(runProgram(exec({ command: ['sh', '-c', 'exit 3'], exit: 3 }), never)).resolves.toMatchObject({
    exit: 3,
  })
})

test('a program that is not there is an error', async () => {
  await expect(runProgram(exec({ command: ['no-such-program'] }), never)).rejects.toThrow(
    'exec: no-such-program could not be started.',
  )
})

test('only the end of a long output is kept', async () => {
  const said = await runProgram(exec({ command: ['sh', '-c', 'yes | head -c 100000; echo end'] }), never)
  expect(said['stdout']).toHaveLength(4096)
  expect(said['stdout']).toMatch(/end\n$/)
})

test('a program that takes too long is ended with all that it started', async () => {
  const command = ['sh', '-c', 'sleep 600 & echo $! >&2; wait']
  const failure = runProgram(exec({ command, timeoutRealSeconds: 0.3 }), never)
  await expect(failure).rejects.toThrow('exec: sh did not end within 0.3 s (real time).')
})

test('an abort ends the program at once', async () => {
  const end = new AbortController()
  const running = runProgram(exec({ command: ['sleep', '600'] }), end.signal)
  setImmediate(() => end.abort(new Error('the run is over')))
  await expect(running).rejects.toThrow('the run is over')
})

test('a request gives status and body, with method, headers and body as asked', async () => {
  const url = await serve((request, response) => {
    response.end(`${request.method} ${String(request.headers['x-a'])} ${request.headers.authorization}`)
  })
  const action = http({ url: url.replace('//', '//u:p@'), method: 'POST', headers: { 'x-a': '1' }, body: 'b' })
  expect(await sendRequest(action, never)).toEqual({ status: 200, body: 'POST 1 Basic dTpw' })
})

test.for([
  [404, undefined, 'http: GET URL: Expected status below 400, got 404.'],
  [200, 204, 'http: GET URL: Expected status 204, got 200.'],
] as const)('status %s where %s is expected is an error', async ([given, status, message]) => {
  const url = await serve((_, response) => response.writeHead(given).end())
  const asked = http({ url, ...(status === undefined ? {} : { status }) })
  await expect(sendRequest(asked, never)).rejects.toThrow(message.replace('URL', url))
})

test('an expected error status is none', async () => {
  const url = await serve((_, response) => response.writeHead(503).end('x'))
  expect(await sendRequest(http({ url, status: 503 }), never)).toEqual({ status: 503, body: 'x' })
})

test('a server that does not answer, or is not there, is an error without its password', async () => {
  const url = await serve(() => undefined)
  const slow = http({ url: url.replace('//', '//u:secret@'), timeoutRealSeconds: 0.1 })
  await expect(sendRequest(slow, never)).rejects.toThrow(`http: GET ${url} gave no answer within 0.1 s (real time).`)
  await expect(sendRequest(http({ url: 'http://127.0.0.1:1/' }), never)).rejects.toThrow(
    'http: GET http://127.0.0.1:1/ could not be reached.',
  )
})

test('a body without end is read only so far', async () => {
  const url = await serve((_, response) => {
    const write = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    }
    response.on('drain', write)
    write()
  })
  const answer = await sendRequest(http({ url }), never)
  expect(answer['body']).toHaveLength(4096)
})
