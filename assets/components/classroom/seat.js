// What keeps a room or a seat through a reload: the storage of this one tab, which goes with it. Nothing is drawn.

const KEPT = "ecgmodel.classroom";

export default ({ data, setStateValue }) => {
  if (data.keep) sessionStorage.setItem(KEPT, JSON.stringify(data.keep));
  else if (data.forget) sessionStorage.removeItem(KEPT);
  else {
    const kept = sessionStorage.getItem(KEPT);
    if (kept) setStateValue("kept", JSON.parse(kept));
  }
};
