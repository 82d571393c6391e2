import { Command } from 'commander'
import { expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { restAccess } from './peer-conformance.ts'
import { addPeer } from './peer.ts'

async function peer(...args: string[]): Promise<void> {
  const program = new Command().exitOverride()
  addPeer(program)
  await program.parseAsync(['peer', ...args], { from: 'user' })
}

const places = ['--target', '127.0.0.1:25091', '--listen', '127.0.0.1:0']

test.each([
  [
    ['--target', 'nowhere', '--listen', '127.0.0.1:0'],
    /--target to be HOST:PORT with a port from 1 to 65535.*got "nowhere"/,
  ],
  [['--target', 'h:0', '--listen', '127.0.0.1:0'], /--target to be HOST:PORT with a port from 1/],
  [['--target', 'h:65536', '--listen', '127.0.0.1:0'], /got "h:65536"/],
  [['--target', 'h:1', '--listen', '::1:25091'], /--listen to be HOST:PORT with a port from 0 \(any free one\)/],
  [[...places, '--pairs', '0'], /--pairs to be a whole number from 1 to 64, such as 1, got "0"/],
  [[...places, '--heartbeat', 'often'], /--heartbeat to be a number from 0\.001 .* got "often"/],
  [[...places, '--time-scale', '1001'], /--time-scale to be a number from 1 to 1000, such as 60, got "1001"/],
  [[...places, '--conformance', '--crossdc', 'heartbeat=3'], /--crossdc to name a toolkit setting, got `heartbeat`/],
  [[...places, '--conformance', '--crossdc', 'crossDCHttpPort=1.5'], /`crossDCHttpPort`.*an int32, got "1\.5"/],
  [
    [...places, '--conformance', '--out', '/nowhere/profile.json'],
    /--out to be a file.*"\/nowhere\/profile\.json": ENOENT/,
  ],
  [[...places, '--conformance', '--for', '3'], /--for without --conformance only/],
  [[...places, '--out', 'x.json'], /--out with --conformance only/],
  [[...places, '--conformance', '--user', 'x'], /--rest URL with --user/],
  [[...places, '--conformance', '--rest', 'http://h'], /--user NAME and --password env:NAME with --rest/],
])('refuses %j', async (args, message) => {
  await expect(peer(...args)).rejects.toThrow(message)
})

test('needs to know where the job is and where it finds the peer', async () => {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined })
  addPeer(program)
  program.commands[0]?.exitOverride().configureOutput({ writeErr: () => undefined })
  await expect(program.parseAsync(['peer'], { from: 'user' })).rejects.toThrow(/--target/)
})

test('takes the password from the environment, and never repeats what was given in its place', () => {
  const given = { rest: 'http://h', user: 'admin', password: 'env:PW' }
  expect(restAccess(given, { PW: 'hush' })).toEqual({
    url: 'http://h',
    user: 'admin',
    password: 'hush',
    job: undefined,
  })
  expect(restAccess({}, {})).toBeNull()
  expect(() => restAccess(given, {})).toThrow('Expected the environment variable PW to hold the password, got nothing.')
  const plain = (): unknown => restAccess({ ...given, password: 'hush' }, {})
  expect(plain).toThrow(SettingsError)
  expect(plain).toThrow(/^(?!.*hush)/)
})
