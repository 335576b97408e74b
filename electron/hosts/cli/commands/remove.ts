// organ-mosaic remove: a run or a study to the trash folder of the workspace.
import { join } from 'node:path'
import { z } from 'zod'
import { removeStudy } from '../../../services/study/study-trash.ts'
import { defineCommand } from '../define-command.ts'

const OutputSchema = z.object({
  what: z.enum(['run', 'study']),
  name: z.string(),
  folder: z.string().describe('Where it lies now'),
  home: z.string().describe('Where it comes back to when its folder is moved there'),
})

export const remove = defineCommand({
  usage: 'remove <what> <name>',
  summary: 'move a run or a study to the trash folder of the workspace',
  details: `<what> is run or study. The runs of a study stay. A run that another one needs the stage 1 of, a training that
goes on and a study that is worked on are refused. Nothing is deleted: move the folder back to undo it.`,
  examples: ['organ-mosaic remove run first', 'organ-mosaic remove study pair'],
  input: z.object({ what: z.enum(['run', 'study'], 'expected run or study'), name: z.string() }),
  output: OutputSchema,
  run: ({ workspace, runDesk }, { what, name }) => {
    const removed = what === 'run' ? runDesk.remove(name) : removeStudy(workspace, name)
    const kind = what === 'run' ? 'runs' : 'studies'
    const folder = join(workspace.home, 'trash', kind, removed, name)
    return { what, name, folder, home: join(workspace.home, kind) }
  },
  render: ({ what, name, folder, home }) =>
    `${what === 'run' ? 'Run' : 'Study'} ${name} lies in ${folder}; move it to ${home} to take it back.`,
})
