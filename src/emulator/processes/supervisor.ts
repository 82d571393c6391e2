// The parent of every process of the embedded testbed.

import { runSupervisorProcess } from '../supervisor/supervisor-process.ts'

await runSupervisorProcess()
