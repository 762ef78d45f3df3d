// A cited passage in its section. Every text is set as text: React escapes it, nothing here sets HTML.
import { useEffect, useRef } from "react";

const Piece = ({ piece }) => {
  let shown = piece.text;
  if (piece.code) shown = <code>{shown}</code>;
  if (piece.em) shown = <em>{shown}</em>;
  if (piece.strong) shown = <strong>{shown}</strong>;
  if (piece.url)
    shown = (
      <a href={piece.url} target="_blank" rel="noopener noreferrer">
        {shown}
      </a>
    );
  return <>{shown}</>;
};

// neighbouring cited pieces share one mark, whatever their styles
const runs = (pieces) =>
  pieces.reduce((found, piece) => {
    const last = found[found.length - 1];
    if (last && last[0].mark === piece.mark) last.push(piece);
    else found.push([piece]);
    return found;
  }, []);

const Pieces = ({ pieces }) =>
  runs(pieces).map((run, i) => {
    const shown = run.map((piece, j) => <Piece key={j} piece={piece} />);
    return run[0].mark ? <mark key={i}>{shown}</mark> : <span key={i}>{shown}</span>;
  });

const Table = ({ rows }) => (
  <div className="passage-table">
    <table>
      <tbody>
        {rows.map((row, r) => (
          <tr key={r}>
            {row.map((cell, c) =>
              r === 0 ? (
                <th key={c}>
                  <Pieces pieces={cell} />
                </th>
              ) : (
                <td key={c}>
                  <Pieces pieces={cell} />
                </td>
              )
            )}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const Block = ({ block }) => {
  const style = { "--depth": block.depth };
  if (block.kind === "table") return <Table rows={block.rows} />;
  if (block.kind === "code")
    return (
      <pre className="passage-code">
        <code>
          <Pieces pieces={block.pieces} />
        </code>
      </pre>
    );
  return (
    <div className={`passage-block passage-${block.kind}`} style={style} role={block.kind === "heading" ? "heading" : undefined} aria-level={block.kind === "heading" ? Math.min(6, 3 + block.depth) : undefined}>
      {block.lead && block.kind === "item" ? <span className="passage-lead">{block.lead}</span> : null}
      <span>
        <Pieces pieces={block.pieces} />
      </span>
    </div>
  );
};

export default function Passage() {
  const panel = useRef(null);
  useEffect(() => {
    const mark = panel.current && panel.current.querySelector("mark");
    if (mark) mark.scrollIntoView({ block: "center" });
    if (panel.current) panel.current.focus({ preventScroll: true });
  }, [props.n, props.title]);
  return (
    <article className="passage" ref={panel} tabIndex={-1} aria-label={`Source ${props.n}: ${props.title}`}>
      <header>
        <p className="passage-kind">{props.kind}</p>
        <h2>{props.title}</h2>
        {props.place.length ? <p className="passage-place">{props.place.join(" › ")}</p> : null}
        {props.url ? (
          <p className="passage-source">
            <a href={props.url} target="_blank" rel="noopener noreferrer">
              Open the source
            </a>{" "}
            <span>{props.url.replace(/^https?:\/\//, "").split("/")[0]}</span>
          </p>
        ) : null}
      </header>
      {props.remark ? <p className="passage-remark">{props.remark}</p> : null}
      <section className="passage-body">
        {props.before ? <p className="passage-cut">…</p> : null}
        {props.blocks.map((block, i) => (
          <Block key={i} block={block} />
        ))}
        {props.after ? <p className="passage-cut">…</p> : null}
      </section>
    </article>
  );
}
