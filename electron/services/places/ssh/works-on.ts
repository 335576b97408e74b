// Shell that asks another machine whether a process there still works on a job.
import { shellWord } from '../run-program.ts'

/**
 * A condition about the shell variable `pid`. A process counts only while its words name the folder: numbers are given
 * away again. The command line that turns into the trainer has no words for a moment (14 ms were seen), and is asked again.
 */
export const worksOn = (folder: string): string => {
  const named = `ps -o args= -p "$pid" | grep -qF ${shellWord(folder)}`
  return `kill -0 "$pid" 2>/dev/null && { ${named} || { sleep 1; ${named}; }; }`
}
