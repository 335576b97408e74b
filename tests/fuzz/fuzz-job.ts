// What is asked of the process that reads mutants, and what it answers.
export interface FuzzJob {
  /** image: readImage; label: every structure of it; dataset: the folder is registered */
  readonly kind: 'image' | 'label' | 'dataset'
  /** Of the mutant; for a dataset, a folder or an archive */
  readonly address: string
  /** The same before it was changed: read after each error, to see that nothing stays broken */
  readonly original: string
  /** Address of the image that a label belongs to */
  readonly image: string | null
}

export interface FuzzAnswer {
  /** 'imported', or the code of the error */
  readonly outcome: string
  /** What was wrong with the answer; null when it was as it should be */
  readonly problem: string | null
  /** Peak of the process so far */
  readonly peakBytes: number
}
