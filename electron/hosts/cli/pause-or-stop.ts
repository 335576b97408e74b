// What tells pause from stop, for the help of both.
export const pauseOrStop = `Pause a run that you mean to continue; stop one that counts as ended: only then can the best models so far of an
unfinished stage be used. Both write a checkpoint, and organ-mosaic resume continues both.`
