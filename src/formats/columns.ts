// A table as columns, of which the less telling ones give way where the screen is narrow.

export interface Column {
  title: string;
  /** Which gives way first: the highest. What has 0 never does. */
  rank: number;
  /** Text; numbers end below each other. */
  isLeft?: boolean;
  cells: string[];
}
