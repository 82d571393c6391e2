import { expect, test } from 'vitest'
import type { TestbedCapabilities } from '../../model/testbed.ts'
import { loadScenarioFile } from '../load-scenarios.ts'
import { testbedFit, testbedText } from './testbeds.ts'

const embedded: TestbedCapabilities = {
  kind: 'embedded',
  faults: ['partition', 'kill', 'netem'],
  netem: { can: ['delay'], by: 'proxy' },
  defaultTimeScale: 60,
  maxTuplesPerRealSecond: 20_000,
}

function fitOf(fields: string): string {
  const { scenarios } = loadScenarioFile({ file: 'a.yaml', text: `test_id: A-1\ndescription: d\n${fields}` })
  const [loaded] = scenarios
  return loaded === undefined ? '' : testbedText(testbedFit(loaded.scenario, embedded))
}

const step = (text: string): string => `fault_scenario: [${text}]\n`

test.each([
  ['nothing special', '', 'runs on: simulated, embedded, lab, hosts'],
  ['a command', step('{ exec: "./drill.sh" }'), 'runs on: simulated, embedded, lab, hosts'],
  [
    'a fault of machines, named once',
    step('{ interface_down: { target: dc1 } }, { interface_down: { target: dc2 } }'),
    'runs on: lab, hosts; not simulated: interface_down; not embedded: interface_down',
  ],
  [
    'what the proxies of the links cannot do',
    step('{ netem: { between: [dc1, dc2], delay: 80 ms, loss: 1 % } }'),
    'runs on: simulated, lab, hosts; not embedded: netem loss',
  ],
  [
    'steps inside others',
    step('{ parallel: [{ http: { get: "http://127.0.0.1/" } }] }'),
    'runs on: simulated, embedded, lab, hosts',
  ],
  [
    'another toolkit',
    'opts: { toolkit: documented, time_scale: 30 }\n',
    'runs on: simulated, embedded, lab; not hosts: opts.toolkit, opts.time_scale',
  ],
  [
    'a script of its own',
    'mode: active-passive\nlaunch_script: { path: package.json }\n',
    'runs on: embedded, lab, hosts; not simulated: launch_script path',
  ],
  ['a time that is real', 'opts: { time_scale: 1 }\n', 'runs on: simulated, embedded, lab, hosts'],
  [
    'a made-up script',
    'mode: active-passive\nlaunch_script: { hang: true }\n',
    'runs on: simulated, embedded, lab; not hosts: launch_script hang',
  ],
])('says where a scenario with %s can run', (_what, fields, text) => {
  expect(fitOf(fields)).toBe(text)
})

test('a SAB of one’s own needs Streams, or something in its place', () => {
  const sab = 'streams_application_sab: package.json\n'
  expect(fitOf(sab)).toBe(
    'runs on: hosts; not simulated: a SAB without `emulate_as`; not embedded: a SAB without `emulate_as`; not lab: a SAB without `emulate_as`',
  )
  expect(fitOf(`${sab}emulate_as: builtin:ledger\n`)).toBe('runs on: simulated, embedded, lab, hosts')
})
