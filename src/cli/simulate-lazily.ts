import type { Simulated, SimulateOptions } from '../simulator/simulate.ts'

/** `simulateScenario`, loaded when it is first needed: most commands start without the simulator. */
export async function simulateLazily(options: SimulateOptions): Promise<Simulated> {
  const { simulateScenario } = await import('../simulator/simulate.ts')
  return await simulateScenario(options)
}
