import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../testing/testbed.ts'
import { openSpecialMessagePort, specialLineBytesMax, type SpecialMessagePort } from './special-port.ts'

interface Opened {
  readonly port: SpecialMessagePort
  readonly lines: string[]
  readonly errors: string[]
}

async function open(): Promise<Opened> {
  const lines: string[] = []
  const errors: string[] = []
  const port = await openSpecialMessagePort({
    address: '127.0.0.1',
    onLine: (line) => lines.push(line),
    onError: (text) => errors.push(text),
  })
  onTestFinished(async () => await port.close())
  return { port, lines, errors }
}

async function client({ port }: Opened): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: port.port })
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** Sends bytes in pieces, each on its own way, and closes. */
async function send(opened: Opened, ...pieces: (string | Uint8Array)[]): Promise<void> {
  const socket = await client(opened)
  socket.setNoDelay(true)
  for (const piece of pieces) await written(socket, piece)
  socket.end()
  await once(socket, 'close')
}

async function written(socket: Socket, piece: string | Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.write(piece, () => resolve())
  })
}

const seen = async (lines: readonly string[], count: number): Promise<void> =>
  void (await eventually(`${count} lines`, () => (lines.length >= count ? true : undefined)))

test('each line is a message, with Telnet’s line ends and without one at the end', async () => {
  const opened = await open()
  await send(opened, 'OrderlyShutdown\nSendMeDataFromSnapshotFiles\r\n\n\r\n  spaced \nlast')
  expect(opened.lines).toEqual(['OrderlyShutdown', 'SendMeDataFromSnapshotFiles', '  spaced ', 'last'])
  expect(opened.errors).toEqual([])
})

test('a line may come byte by byte', async () => {
  const opened = await open()
  await send(opened, ...'Orderly\r\nShut'.split(''))
  expect(opened.lines).toEqual(['Orderly', 'Shut'])
})

test('a message is there before its client closes, and clients do not mix', async () => {
  const opened = await open()
  const [one, two] = [await client(opened), await client(opened)]
  one.write('Orderly')
  two.write('other\n')
  await seen(opened.lines, 1)
  one.write('Shutdown\n')
  await seen(opened.lines, 2)
  expect(opened.lines).toEqual(['other', 'OrderlyShutdown'])
})

test('a line of the limit is taken, one byte more ends the connection and not the port', async () => {
  const opened = await open()
  const full = 'x'.repeat(specialLineBytesMax)
  await send(opened, `${full}\n`)
  await send(opened, full)
  expect(opened.lines).toEqual([full, full])
  await send(opened, `before\n${full}y\nafter\n`)
  await send(opened, full, 'y')
  expect(opened.lines.slice(2)).toEqual(['before'])
  expect(opened.errors).toHaveLength(2)
  for (const error of opened.errors) expect(error).toContain(`more than ${specialLineBytesMax} bytes and was cut off`)
  await send(opened, 'OrderlyShutdown\n')
  expect(opened.lines.at(-1)).toBe('OrderlyShutdown')
})

test('foreign bytes and clients that break off do no harm', async () => {
  const opened = await open()
  await send(opened, Uint8Array.from([0xff, 0xfb, 0x01, 0, 0x0a]), 'GET / HTTP/1.1\r\n\r\n')
  expect(opened.lines).toEqual(['\ufffd\ufffd\u0001\0', 'GET / HTTP/1.1'])
  const broken = await client(opened)
  broken.write('Orderly')
  broken.resetAndDestroy()
  const flood = await client(opened)
  flood.write(Buffer.alloc(4 * 1024 * 1024, 'x'))
  await eventually('both to be told of', () => (opened.errors.length === 2 ? true : undefined))
  expect(opened.errors.join('\n')).toMatch(/broke: .*ECONNRESET/)
  await send(opened, 'OrderlyShutdown\n')
  expect(opened.lines.slice(2)).toEqual(['OrderlyShutdown'])
})

test('closing ends the connections, twice as once, and the port is free again', async () => {
  const opened = await open()
  const socket = await client(opened)
  const closed = once(socket, 'close')
  await Promise.all([opened.port.close(), opened.port.close()])
  await closed
  const again = await openSpecialMessagePort({
    address: '127.0.0.1',
    port: opened.port.port,
    onLine: () => undefined,
    onError: () => undefined,
  })
  expect(again.port).toBe(opened.port.port)
  await again.close()
})

test('a port that another has is an error with its address', async () => {
  const { port } = await open()
  const second = openSpecialMessagePort({
    address: '127.0.0.1',
    port: port.port,
    onLine: () => undefined,
    onError: () => undefined,
  })
  await expect(second).rejects.toMatchObject({ name: 'ListenError', code: 'EADDRINUSE', port: port.port })
})

test('the clients after the 256th are turned away with a word', async () => {
  const opened = await open()
  const clients = await Promise.all(Array.from({ length: 256 }, async () => await client(opened)))
  const extra = await client(opened)
  await once(extra, 'close')
  expect(opened.errors).toEqual(['More than 256 clients at once: one was turned away.'])
  clients.at(-1)?.write('OrderlyShutdown\n')
  await seen(opened.lines, 1)
})
