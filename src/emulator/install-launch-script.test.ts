import { expect, test } from 'vitest'
import type { LaunchScriptRequest } from '../model/testbed.ts'
import { installLaunchScript } from './install-launch-script.ts'

const manifest = '{"emulates":"builtin:ledger"}'
const request: LaunchScriptRequest = {
  dc: 'dc2',
  sab: Buffer.from(manifest),
  parameters: { configFileName: '/files/active.txt', channels: '4' },
  script: { kind: 'submit', delaySeconds: 0 },
}

async function install(
  fields: Partial<LaunchScriptRequest>,
): Promise<{ readonly command: string; readonly files: ReadonlyMap<string, string> }> {
  const files = new Map<string, string>()
  const { command } = await installLaunchScript(
    { ...request, ...fields },
    {
      timeScale: 60,
      install: async ({ dc, name, content }) => {
        files.set(name, content)
        return `/${dc} files/${name}`
      },
    },
  )
  return { command, files }
}

test('the ready-made script submits the job’s SAB with all its values', async () => {
  const { command, files } = await install({ fusionTargetPeCount: 3 })
  expect(command).toBe("sh '/dc2 files/launch.sh'")
  expect(files.get('launched.sab')).toBe(manifest)
  expect(files.get('launch.sh')).toContain(
    "streamtool submitjob '/dc2 files/launched.sab' -P 'configFileName=/files/active.txt' -P 'channels=4' -C fusionScheme=manual -C fusionTargetPeCount=3 -d",
  )
})

test.each([
  [{ kind: 'exit', status: 3 }, 'exit 3'],
  [{ kind: 'hang' }, 'exec tail -f /dev/null'],
  [{ kind: 'submit', delaySeconds: 90 }, 'sleep 1.500\nstreamtool submitjob'],
] as const)('%j is written as such', async (script, text) => {
  const { files } = await install({ script })
  expect(files.get('launch.sh')).toContain(text)
})

test('a user’s own script is run where it is, and told what to submit', async () => {
  const { command, files } = await install({ script: { kind: 'file', path: "/it's/mine.sh", args: ['a b', "c'd"] } })
  expect(command).toBe(
    String.raw`FAILOVER_SAB='/dc2 files/launched.sab' FAILOVER_CONFIG_FILE='/files/active.txt' sh '/it'\''s/mine.sh' 'a b' 'c'\''d'`,
  )
  expect([...files.keys()]).toEqual(['launched.sab'])
})

test('a job without a configuration file is refused', async () => {
  await expect(install({ parameters: {} })).rejects.toThrow('Expected `configFileName` among the values of the job')
})
