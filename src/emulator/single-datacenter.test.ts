// A lease of one DC alone, whose remote is another program (issue 3, part 7).

import { createServer, type Server } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { decodeHeartbeatMessage } from '../toolkit/codec.ts'
import { closeHttp, portOf, readBody, replyStatus } from './http-server.ts'
import { runLedger, useTestbed } from './testing/testbed.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })
const lease = useTestbed()

/** What stands in for the remote DC on 127.0.0.1. */
async function remote(): Promise<{ readonly port: number; readonly bodies: Buffer[]; readonly urls: string[] }> {
  const bodies: Buffer[] = []
  const urls: string[] = []
  const server: Server = createServer((request, response) => {
    urls.push(request.url ?? '')
    const take = async (): Promise<void> => {
      bodies.push(await readBody(request))
      replyStatus(response, 204)
    }
    void take()
  })
  await new Promise<void>((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0 }, resolve)
  })
  onTestFinished(() => closeHttp(server))
  return { port: portOf(server), bodies, urls }
}

/** A pair of ports below those that the system hands out, of this process's own. */
let lastPort = 20_000 + (process.pid % 1000) * 10
const freePort = (): number => (lastPort += 2)

test('one DC alone listens on 127.0.0.1 and sends its heartbeats to the remote’s own port', async () => {
  const there = await remote()
  const crossDcPort = freePort()
  const only = { dc: 'dc2', remote: { host: '127.0.0.1', port: there.port }, crossDcPort } as const
  const leased = await lease({ only })
  const { pair, events } = leased
  expect(pair.datacenters.dc2.crossDcUrl).toBe(`http://127.0.0.1:${crossDcPort}`)
  expect(pair.datacenters.dc2.remoteMachineNames).toBe('127.0.0.1')
  expect(() => pair.datacenters.dc1).toThrow('The lease has dc2 only: there is no dc1 here.')
  expect((await pair.processes.list()).map(({ role }) => role)).toEqual(['management'])
  await runLedger(leased, 'dc2')
  await events.seen('heartbeat_sent', 'dc2')
  expect(there.urls[0]).toBe('/crossdcrx/CrossDataCenterReceiverForHB/ports/output/0/inject')
  expect(decodeHeartbeatMessage(there.bodies[0] ?? Buffer.alloc(0))).toMatchObject({
    heartbeatMsgType: 1,
    dataCenterOrigin: 'dc2',
  })
  const headers = { 'content-type': 'application/octet-stream' }
  const url = `http://127.0.0.1:${crossDcPort}/crossdcrx/CrossDataCenterReceiverForHB/ports/output/0/inject`
  expect((await fetch(url, { method: 'POST', headers, body: there.bodies[0] as Buffer<ArrayBuffer> })).status).toBe(204)
  await events.seen('remote_up', 'dc2')
})

test('there is no emulated WAN then, and the next lease has both DCs again', async () => {
  const only = { dc: 'dc1', remote: { host: '127.0.0.1', port: 1 }, crossDcPort: freePort() } as const
  const { pair } = await lease({ only })
  await expect(pair.links.rules()).resolves.toEqual([])
  const rule = { id: 'r', from: 'dc1', to: 'dc2', ports: 'all', effect: { kind: 'drop' } } as const
  await expect(pair.links.apply(rule)).rejects.toThrow('There is no emulated WAN: the lease has dc1 only.')
  await pair[Symbol.asyncDispose]()
  const next = await lease()
  expect((await next.pair.processes.list()).map(({ role }) => role)).toEqual(['management', 'management', 'link'])
  expect(next.pair.name).not.toBe(pair.name)
})

test.each([
  [{ dc: 'dc3', remote: { host: 'h', port: 1 }, crossDcPort: 1 }, '`dc` to be dc1 or dc2'],
  [{ dc: 'dc1', remote: { host: 'h', port: 0 }, crossDcPort: 1 }, '`port` to be a TCP port, got 0'],
  [{ dc: 'dc1', remote: 'h:1', crossDcPort: 1 }, '`params` to be an object, got "h:1"'],
  [{ dc: 'dc1', remote: { host: 'h', port: 1 } }, '`crossDcPort` to be a TCP port'],
])('refuses a lease of %j', async (only, message) => {
  await expect(lease({ only: only as never })).rejects.toThrow(message)
})
