import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { httpExchange, NoAnswer } from './http-exchange.ts'

/** The status that a server's words come to; no time limit, so that only the words decide. */
async function statusOf(...words: readonly string[]): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      for (const word of words) socket.write(word)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  return await httpExchange({ socket, host: '127.0.0.1', port, method: 'POST', path: '/x', readTimeoutMs: 0 })
}

test.each([
  ['a plain answer', ['HTTP/1.1 204 No Content\r\n\r\n'], 204],
  ['one of an old server', ['HTTP/1.0 500 Error\r\nContent-Length: 0\r\n\r\n'], 500],
  ['one behind an interim answer', ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'], 204],
  ['one that comes in pieces', ['HT', 'TP/1.1 20', '4 No Content\r\n\r', '\n'], 204],
])('takes the status of %s', async (_, words, status) => {
  expect(await statusOf(...words)).toBe(status)
})

test.each([['SSH-2.0-OpenSSH_9.2\r\n'], ['HTTX'], ['\u0000'], ['HTTP/2 200 OK\r\n\r\n']])(
  'what answers %j is no HTTP server, which is known at once',
  async (words) => {
    await expect(statusOf(words)).rejects.toEqual(new NoAnswer('Invalid Http response'))
  },
)
