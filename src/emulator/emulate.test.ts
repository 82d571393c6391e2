import { expect, test, vi } from 'vitest'
import { runEmulate } from './emulate.ts'
import { eventually, isAlive } from './testing/testbed.ts'

vi.setConfig({ testTimeout: 20_000 })

async function emulated(json: boolean): Promise<{ readonly text: string; readonly end: () => Promise<void> }> {
  const interrupted = new AbortController()
  let text = ''
  const run = runEmulate({ timeScale: 30, json, write: (chunk) => void (text += chunk), signal: interrupted.signal })
  // A failure to start must end the wait too.
  await Promise.race([run, eventually('the first line', () => (text.includes('\n') ? true : undefined))])
  return {
    text,
    end: async () => {
      interrupted.abort()
      await run
    },
  }
}

test('prints one JSON line that says how to reach both datacenters, and ends them when interrupted', async () => {
  const { text, end } = await emulated(true)
  const { testbed, timeScale, datacenters } = JSON.parse(text)
  expect({ testbed, timeScale }).toEqual({ testbed: 'embedded', timeScale: 30 })
  const hosts = datacenters.map(({ crossDcUrl }: { crossDcUrl: string }) => new URL(crossDcUrl).hostname)
  for (const datacenter of datacenters) {
    const { name, restUrl, dataExchangeUrl, username, password, crossDcUrl, pid, remoteMachineNames } = datacenter
    expect(Object.keys(datacenter).at(-1)).toBe('remoteMachineNames')
    // The way to the other DC leads over the emulated link, not straight to it.
    expect(remoteMachineNames).toMatch(/^127\.\d+\.\d+\.\d+$/)
    expect(hosts).not.toContain(remoteMachineNames)
    const headers = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
    expect((await fetch(restUrl, { headers })).status).toBe(200)
    expect((await fetch(dataExchangeUrl, { headers })).status).toBe(200)
    expect(crossDcUrl).toMatch(name === 'dc1' ? /\.1:25091$/ : /\.2:25091$/)
    expect(isAlive(pid)).toBe(true)
  }
  await end()
  expect(datacenters.map(({ pid }: { pid: number }) => isAlive(pid))).toEqual([false, false])
})

test('prints a table for people otherwise', async () => {
  const { text, end } = await emulated(false)
  expect(text).toMatch(/^Two emulated datacenters on 127\.\d+\.\d+\.0; one real second is 30 s of system time\.\n/)
  expect(text.match(/REST API {7}http/g)).toHaveLength(2)
  await end()
})
