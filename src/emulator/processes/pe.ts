// One PE of a job. It idles as a spare until a job needs it.

import { runPeProcess } from '../pe/pe-process.ts'

runPeProcess()
