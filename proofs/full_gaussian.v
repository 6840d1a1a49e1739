(** Gaussian decoder with noise that does not depend on z, full-covariance Gaussian encoder: every affine decoder is
  consistent
    (section 3.2 of the paper: linear VAEs, probabilistic PCA; theory: section 5).

    The posterior precision is L = diag(1/v) + W' S^-1 W / beta, positive definite; its mean solves L mean(x) = r(x)
      with
    r affine in x, so an affine head and one learned covariance matrix are enough.

    - positive_definite_inverse   positive definite matrices have inverses
    - full_is_tight               the verdict *)

From Coq Require Import Classical_Prop.
From tightcheck Require Import real_field criterion minimal_statistics networks samples design finite_designs
  gaussian_latents gaussian_designs.

Definition form_of (m : nat) (L : nat -> nat -> R) (u v : nat -> R) : R := sum m (fun p => sum m (fun q => L p q * (u
  p * v q))).
Definition positive_definite (m : nat) (L : nat -> nat -> R) : Prop :=
  (forall p q, (p < m)%nat -> (q < m)%nat -> L p q = L q p) /\
  forall v : nat -> R, (exists j, (j < m)%nat /\ v j <> 0) -> 0 < form_of m L v v.

Lemma sum_ext' n (s t : nat -> R) : (forall i, (i < n)%nat -> s i = t i) -> (sum n s : R) = sum n t.
Proof. apply (sum_ext (K := real_field)). Qed.
Lemma sum_scale' n c (t : nat -> R) : (sum n (fun i => c * t i) : R) = c * sum n t.
Proof. apply (sum_scale (K := real_field)). Qed.
Lemma sum_add' n (s t : nat -> R) : (sum n (fun i => s i + t i) : R) = sum n s + sum n t.
Proof. apply (sum_add (K := real_field)). Qed.
Lemma sum_swap' n m (t : nat -> nat -> R) : (sum n (fun i => sum m (t i)) : R) = sum m (fun j => sum n (fun i => t i
  j)).
Proof. apply (sum_swap (K := real_field)). Qed.

Lemma dot_scale_left m r (u v : nat -> R) : (dot m (fun j => r * u j) v : R) = r * dot m u v.
Proof.
  rewrite (dot_comm (K := real_field) m (fun j => r * u j)), (dot_scale (K := real_field)),
    (dot_comm (K := real_field) m v). reflexivity.
Qed.

Lemma form_rows m L u v : form_of m L u v = sum m (fun p => u p * dot m (L p) v).
Proof.
  apply sum_ext'. intros p _. transitivity (sum m (fun q => u p * (L p q * v q)) : R).
  - apply sum_ext'. intros q _. ring.
  - exact (sum_scale' m (u p) (fun q => L p q * v q)).
Qed.

Theorem positive_definite_inverse m L : positive_definite m L ->
  exists K : nat -> nat -> R, forall i l, (i < m)%nat -> (l < m)%nat -> (dot m (L i) (K l) : R) = unit l i.
Proof.
  intros [Sy P]. set (row := fun (x : { i | (i < m)%nat }) => L (proj1_sig x)).
  assert (I : independent (K := real_field) m row).
  { intros c H i Hi. destruct (Req_dec (c i) 0) as [E|N]; [assumption|]. exfalso.
    assert (Z : form_of m L c c = 0).
    { rewrite form_rows. apply (sum_zero (K := real_field)). intros p Hp.
      specialize (H (exist _ p Hp)). unfold row in H. simpl in H.
      rewrite (dot_comm (K := real_field)), H. simpl. ring. }
    specialize (P c (ex_intro _ i (conj Hi N))). lra. }
  pose proof (independent_spans (K := real_field) classic m row I) as S.
  destruct (finite_choice (Y := list (R * { i | (i < m)%nat })) nil m
    (fun l C => forall i, (i < m)%nat -> (combine C (fun x => row x i) : R) = unit l i)) as [C HC]; [exact S|].
  exists (fun l j => combine (C l) (fun x => unit (proj1_sig x) j)). intros i l Hi Hl.
  rewrite (dot_comm (K := real_field)), <- (combine_dot (K := real_field)), <- (HC l Hl i Hi).
  apply (combine_ext (K := real_field)). intros [x Hx]. unfold row. simpl.
  rewrite (dot_unit (K := real_field)) by assumption. now apply Sy.
Qed.

Lemma sum_append a b (t : nat -> R) : (sum (a + b) t : R) = sum a t + sum b (fun i => t (a + i)%nat).
Proof.
  induction b as [|b IH]; [rewrite Nat.add_0_r; simpl; lra|]. rewrite Nat.add_succ_r, !sum_step, IH. real_atoms. ring.
Qed.

Lemma sum_rows k m (t : nat -> R) : (sum (k * m) t : R) = sum k (fun p => sum m (fun q => t (p * m + q)%nat)).
Proof.
  induction k as [|k IH]; [reflexivity|]. replace (S k * m)%nat with (k * m + m)%nat by lia.
  rewrite sum_append, IH, sum_step. reflexivity.
Qed.

Definition full_statistic (m : nat) (a : nat -> R) (B : nat -> nat -> R) (j : nat) : R :=
  if (j <? m)%nat then a j else B ((j - m) / m)%nat ((j - m) mod m)%nat.

Lemma dot_outer m a B z : (dot (m + m * m) (full_statistic m a B) (outer m z) : R) = dot m a z + form_of m B z z.
Proof.
  unfold dot. change (sum (m + m * m) (fun i => full_statistic m a B i * outer m z i)
    = sum m (fun i => a i * z i) + form_of m B z z).
  rewrite sum_append, sum_rows. f_equal.
  - apply sum_ext'. intros i Hi. unfold full_statistic, outer. destruct (Nat.ltb_spec i m); [reflexivity|lia].
  - apply sum_ext'. intros p Hp. apply sum_ext'. intros q Hq. unfold full_statistic, outer.
    destruct (Nat.ltb_spec (m + (p * m + q)) m); [lia|].
    replace (m + (p * m + q) - m)%nat with (p * m + q)%nat by lia.
    rewrite Nat.div_add_l by lia. rewrite Nat.div_small by assumption. rewrite Nat.add_0_r.
    rewrite Nat.add_comm, Nat.mod_add by lia. now rewrite Nat.mod_small.
Qed.

(** Natural parameters of a Gaussian with this mean and precision L: (L mean, -L/2). *)
Definition full_natural (m : nat) (L : nat -> nat -> R) : link := fun mean =>
  full_statistic m (fun j => dot m (L j) mean) (fun p q => - L p q / 2).
Definition full_link (m : nat) (l : link) : Prop := exists L, positive_definite m L /\ l = full_natural m L.

Lemma form_square n m (W : nat -> nat -> R) (r : nat -> R) z :
  (sum n (fun i => r i * dot m (W i) z ^ 2) : R) = form_of m (fun p q => sum n (fun i => r i * (W i p * W i q))) z z.
Proof.
  induction n as [|n IH].
  - symmetry. apply (sum_zero (K := real_field)). intros p _. apply (sum_zero (K := real_field)). intros q _. simpl.
    ring.
  - rewrite sum_step, IH. unfold form_of.
    assert (E : (dot m (W n) z ^ 2 : R) = sum m (fun p => sum m (fun q => W n p * z p * (W n q * z q)))).
    { simpl. rewrite Rmult_1_r. unfold dot at 1. change (sum m (fun p => W n p * z p) * dot m (W n) z
        = sum m (fun p => sum m (fun q => W n p * z p * (W n q * z q)))).
      rewrite Rmult_comm, <- sum_scale'. apply sum_ext'. intros p _. rewrite sum_scale'. apply Rmult_comm. }
    rewrite E, <- sum_scale', <- sum_add'. apply sum_ext'. intros p _. rewrite <- sum_scale', <- sum_add'.
    apply sum_ext'. intros q _. rewrite sum_step. real_atoms. ring.
Qed.

Lemma form_add m B C z : form_of m (fun p q => B p q + C p q) z z = form_of m B z z + form_of m C z z.
Proof.
  unfold form_of. rewrite <- sum_add'. apply sum_ext'. intros p _. rewrite <- sum_add'. apply sum_ext'. intros q _.
  ring.
Qed.
Lemma form_scale m r B z : form_of m (fun p q => r * B p q) z z = r * form_of m B z z.
Proof.
  unfold form_of. rewrite <- sum_scale'. apply sum_ext'. intros p _. rewrite <- sum_scale'. apply sum_ext'.
  intros q _. ring.
Qed.
Lemma form_diagonal m d z : form_of m (fun p q => d p * unit p q) z z = sum m (fun p => d p * z p ^ 2).
Proof.
  apply sum_ext'. intros p Hp. transitivity (sum m (fun q => unit p q * (d p * (z p * z q))) : R).
  - apply sum_ext'. intros q _. ring.
  - etransitivity; [exact (sum_unit (K := real_field) m p (fun q => d p * (z p * z q)) Hp)|]. simpl. ring.
Qed.

Section Full.
Variables n m : nat.
Variables noise means variances : (nat -> R) -> Prop.
Variable b : R.
Hypothesis b_positive : 0 < b.
Hypothesis some_noise : exists s, noise s /\ forall i, (i < n)%nat -> 0 < s i.
Hypothesis some_prior : exists mean variance, means mean /\ variances variance /\ forall j, (j < m)%nat -> 0 <
  variance j.

Let D : design :=
  {| observation := nat -> R; latent := nat -> R; observed_statistics := n + n; latent_statistics := m + m * m;
     nu := moments n; psi := outer m; log_partition := gaussian_partition n;
     decoder := computed (affine m n) reals (mean_link n noise); prior := gaussian_prior m means variances;
     encoder := computed (affine n m) reals (full_link m); beta := b |}.

Theorem full_is_tight : tight D.
Proof.
  split.
  - destruct some_noise as (s & Ns & S). destruct some_prior as (mean & var & Hm & Hv & V).
    destruct (affine_holds_affine m n (fun _ _ => 0) (fun _ => 0)) as (F & CF & _).
    exists (fun z => mean_over n s (F (reals z))), (gaussian_log_density m mean var). split.
    + exists F, (mean_over n s). repeat split; auto. now exists s.
    + exists mean, var. auto.
  - intros f P [(F & l & (W & w & CF) & (s & Ns & S & ->) & Ef) (mean & var & _ & _ & V & EP)]. simpl in f, P, Ef, EP.
    destruct (gaussian_density_natural m mean var V) as [p0 HP].
    set (L := fun p q => / var p * unit p q + sum n (fun i => / (s i * b) * (W i p * W i q))).
    assert (sb : forall i, (i < n)%nat -> 0 < / (s i * b)).
    { intros i Hi. specialize (S i Hi). apply Rinv_0_lt_compat. nra. }
    assert (PD : positive_definite m L).
    { split.
      - intros p q _ _. unfold L. f_equal.
        + unfold unit. destruct (Nat.eqb_spec q p) as [->|]; [now rewrite Nat.eqb_refl|].
          destruct (Nat.eqb_spec p q); [congruence|]. simpl. ring.
        + apply sum_ext'. intros i _. ring.
      - intros v (j & Hj & N). unfold L.
        rewrite (form_add m (fun p q => / var p * unit p q)), form_diagonal, <- form_square.
        assert (0 <= sum n (fun i => / (s i * b) * dot m (W i) v ^ 2)).
        { apply sum_nonnegative. intros i Hi. specialize (sb i Hi). pose proof (pow2_ge_0 (dot m (W i) v)). nra. }
        assert (0 < sum m (fun p => / var p * v p ^ 2)).
        { assert (Q : 0 <= sum m (fun p => / var p * v p ^ 2)).
          { apply sum_nonnegative. intros p Hp. pose proof (Rinv_0_lt_compat _ (V p Hp)).
          pose proof (pow2_ge_0 (v p)). nra. }
          destruct Q as [Q|Q]; [assumption|]. exfalso. apply N.
          apply (sum_squares_zero m (fun p => / var p) v); [intros; apply Rinv_0_lt_compat; auto| |assumption].
          rewrite Q. apply sum_ext'. intros p _. ring. }
        lra. }
    destruct (positive_definite_inverse m L PD) as [K HK].
    set (Q := fun j i => W i j / s i / b).
    set (c := fun j => mean j / var j - sum n (fun i => W i j * (w i / (s i * b)))).
    (* mean(x) = K (Q x + c) is affine in x *)
    assert (M : exists G, affine n m G /\ forall x j, (j < m)%nat -> (dot m (L j) (G x) : R) = dot n (Q j) x + c j).
    { exists (fun x k => dot m (fun l => K l k) (fun l => dot n (Q l) x + c l)). split.
      - exists (fun k i => dot m (fun l => K l k) (fun l => Q l i)), (fun k => dot m (fun l => K l k) c).
        intros x k _.
        rewrite (dot_add (K := real_field)).
        apply (f_equal (fun y => y + dot m (fun l => K l k) c)).
        transitivity (form m n Q (fun l => K l k) x : R); [reflexivity|].
        rewrite (form_transpose (K := real_field)). apply (dot_comm (K := real_field)).
      - intros x j Hj.
        transitivity (form m m (fun k l => K l k) (L j) (fun l => dot n (Q l) x + c l) : R).
        + unfold form. apply (dot_ext (K := real_field)); reflexivity.
        + rewrite (form_transpose (K := real_field)).
          rewrite (dot_ext (K := real_field) m _ (fun l => dot n (Q l) x + c l) _ (unit j)).
          * rewrite (dot_comm (K := real_field)). now rewrite (dot_unit (K := real_field)).
          * reflexivity.
          * intros l Hl. etransitivity; [exact (HK j l Hj Hl)|]. unfold unit. now rewrite Nat.eqb_sym. }
    destruct M as (G & CG & EG).
    assert (Rows : forall i, (i < n)%nat -> forall z, mean_over n s (F (reals z)) i = (dot m (W i) z + w i) / s i).
    { intros i Hi z. unfold mean_over. destruct (Nat.ltb_spec i n); [|lia]. now rewrite CF. }
    apply (consistent_model_from D b_positive f P
      (fun i => if (i <? n)%nat then full_statistic m (fun j => W i j / s i) (fun _ _ => 0) else fun _ => 0)
      (fun i => if (i <? n)%nat then w i / s i else - / (2 * s (i - n)%nat))
      (full_statistic m c (fun p q => - L p q / 2))
      (p0 - sum n (fun i => (w i ^ 2 / (2 * s i) + ln (s i) / 2) / b))
      (fun x => full_natural m L (G x))).
    + intros z i Hi. simpl in Hi. rewrite Ef. simpl latent_statistics. simpl psi. destruct (Nat.ltb_spec i n).
      * rewrite Rows, dot_outer by assumption.
        replace (form_of m (fun _ _ => 0) z z) with 0.
        2:{ symmetry. apply (sum_zero (K := real_field)). intros p _. apply (sum_zero (K := real_field)). intros q _.
        simpl. ring. }
        rewrite (dot_ext (K := real_field) m (fun j => W i j / s i) (fun j => / s i * W i j) z z) by
          (intros; auto; simpl; unfold Rdiv; ring).
        rewrite dot_scale_left. specialize (S i ltac:(assumption)). real_atoms. field. lra.
      * rewrite (dot_zero (K := real_field)) by auto. unfold mean_over. destruct (Nat.ltb_spec i n); [lia|]. simpl.
        lra.
    + intro z. simpl log_partition. simpl beta. simpl psi. simpl latent_statistics.
      rewrite EP, HP, Ef, gaussian_partition_of_means, dot_outer by assumption.
      unfold gaussian_natural. rewrite (dot_moments m (fun j => mean j / var j) (fun j => - / (2 * var j))).
      rewrite (sum_ext' n _ (fun i => / (2 * s i) * dot m (W i) z ^ 2 + (w i / s i * dot m (W i) z + (w i ^ 2 / (2 *
        s i) + ln (s i) / 2)))).
      2:{ intros i Hi. rewrite CF by assumption. specialize (S i Hi). unfold reals. real_atoms. field. lra. }
      rewrite (sum_add' n (fun i => / (2 * s i) * dot m (W i) z ^ 2)),
        (sum_add' n (fun i => w i / s i * dot m (W i) z)), form_square.
      assert (Lin : (sum n (fun i => w i / s i * dot m (W i) z) : R) = dot m (fun j => sum n (fun i => w i / s i * W
        i j)) z).
      { transitivity (form n m W (fun i => w i / s i) z : R); [reflexivity|].
        rewrite (form_transpose (K := real_field)). rewrite (dot_comm (K := real_field)). reflexivity. }
      rewrite Lin.
      assert (Dc : (dot m c z : R) = sum m (fun j => mean j / var j * z j) - dot m (fun j => sum n (fun i => w i / s
        i * W i j)) z / b).
      { unfold c. rewrite (dot_comm (K := real_field)), (dot_sub (K := real_field)), !(dot_comm (K := real_field) m
        z).
        apply (f_equal (fun y => dot m (fun j => mean j / var j) z - y)).
        rewrite (dot_ext (K := real_field) m _ (fun j => / b * sum n (fun i => w i / s i * W i j)) z z); auto.
        - rewrite dot_scale_left. real_atoms. field. lra.
        - intros j _. rewrite <- sum_scale'. apply sum_ext'. intros i Hi. specialize (S i Hi). field. lra. }
      assert (DL : form_of m (fun p q => - L p q / 2) z z
        = sum m (fun p => - / (2 * var p) * z p ^ 2) - form_of m (fun p q => sum n (fun i => / (2 * s i) * (W i p * W
          i q))) z z / b).
      { transitivity (form_of m (fun p q => - / (2 * var p) * unit p q
            + - / b * sum n (fun i => / (2 * s i) * (W i p * W i q))) z z).
        - apply sum_ext'. intros p Hp. apply sum_ext'. intros q Hq. f_equal. unfold L.
          rewrite (sum_ext' n (fun i => / (s i * b) * (W i p * W i q)) (fun i => 2 / b * (/ (2 * s i) * (W i p * W i
            q)))).
          2:{ intros i Hi. specialize (S i Hi). field. lra. }
          rewrite sum_scale'. specialize (V p Hp). unfold unit. destruct (q =? p)%nat; real_atoms; simpl; field; lra.
        - rewrite (form_add m (fun p q => - / (2 * var p) * unit p q)), form_diagonal.
          rewrite (form_scale m (- / b) (fun p q => sum n (fun i => / (2 * s i) * (W i p * W i q)))). field. lra. }
      rewrite Dc, DL, (sum_add' m (fun j => mean j / var j * z j)).
      rewrite (sum_ext' n (fun i => (w i ^ 2 / (2 * s i) + ln (s i) / 2) / b) (fun i => / b * (w i ^ 2 / (2 * s i) +
        ln (s i) / 2)))
        by (intros; unfold Rdiv; ring).
      rewrite sum_scale'. real_atoms. field. lra.
    + exists G, (full_natural m L). repeat split; auto. now exists L.
    + intros x j Hj. simpl in Hj. simpl observed_statistics. simpl nu. simpl beta.
      rewrite (dot_prefix n (n + n)) by
        (first [lia | intros i Hi; destruct (Nat.ltb_spec i n); [lia|reflexivity]]).
      unfold full_natural, full_statistic. destruct (Nat.ltb_spec j m) as [B|B].
      * rewrite EG by assumption. apply (f_equal (fun y => y + c j)).
        rewrite (dot_ext (K := real_field) n (moments n x) x _ (fun i => W i j / s i)).
        -- rewrite (dot_comm (K := real_field) n x).
           rewrite (dot_ext (K := real_field) n (Q j) (fun i => / b * (W i j / s i)) x x) by
             (intros; auto; unfold Q, Rdiv; simpl; ring).
           rewrite dot_scale_left. real_atoms. field. lra.
        -- intros i Hi. unfold moments. destruct (Nat.ltb_spec i n); [reflexivity|lia].
        -- intros i Hi. unfold full_statistic. destruct (Nat.ltb_spec i n); [|lia].
           destruct (Nat.ltb_spec j m); [reflexivity|lia].
      * rewrite (dot_comm (K := real_field)), (dot_zero (K := real_field)); [simpl; field; lra|].
        intros i Hi. unfold full_statistic. destruct (Nat.ltb_spec i n); [|lia].
        destruct (Nat.ltb_spec j m); [lia|reflexivity].
Qed.
End Full.

(** An encoder with one learned covariance matrix reaches every prior of independent Gaussians. *)
Lemma full_reach_constants m {X : Type} (shown : X -> nat -> R) E : holds_constants m E ->
  reaches_constants m (m + m * m) (outer m) (computed E shown (full_link m)).
Proof.
  intros H mean var V. destruct (H mean) as (G & CG & EG). set (L := fun p q => / var p * unit p q).
  assert (row : forall j v, (j < m)%nat -> (dot m (L j) v : R) = v j / var j).
  { intros j v Hj. unfold L. rewrite dot_scaled_unit by assumption. unfold Rdiv. ring. }
  assert (PD : positive_definite m L).
  { split.
    - intros p q _ _. unfold L, unit. destruct (Nat.eqb_spec q p) as [->|]; [now rewrite Nat.eqb_refl|].
      destruct (Nat.eqb_spec p q); [congruence|]. simpl. ring.
    - intros v (j & Hj & N). unfold L. rewrite form_diagonal.
      assert (Q : 0 <= sum m (fun p => / var p * v p ^ 2)).
      { apply sum_nonnegative. intros p Hp. pose proof (Rinv_0_lt_compat _ (V p Hp)). pose proof (pow2_ge_0 (v p)).
      nra. }
      destruct Q as [Q|Q]; [assumption|]. exfalso. apply N.
      apply (sum_squares_zero m (fun p => / var p) v); [intros; apply Rinv_0_lt_compat; auto| |assumption].
      rewrite Q. apply sum_ext'. intros p _. ring. }
  exists (fun x => full_natural m L (G (shown x))), (full_natural m L mean). split; [|split].
  - exists G, (full_natural m L). repeat split; auto. now exists L.
  - intros x j Hj. unfold full_natural, full_statistic. destruct (Nat.ltb_spec j m); [|reflexivity].
    rewrite !row by assumption. now rewrite EG.
  - intro z. unfold full_natural. rewrite dot_outer. unfold gaussian_natural.
    rewrite (dot_moments m (fun j => mean j / var j) (fun j => - / (2 * var j))), sum_add'. f_equal.
    + apply sum_ext'. intros j Hj. simpl. now rewrite row.
    + transitivity (form_of m (fun p q => - / 2 * (/ var p * unit p q)) z z).
      * apply sum_ext'. intros p _. apply sum_ext'. intros q _. unfold L, Rdiv. ring.
      * rewrite form_scale, form_diagonal, <- sum_scale'. apply sum_ext'. intros p Hp. specialize (V p Hp). field.
        lra.
Qed.
